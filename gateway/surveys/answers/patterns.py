"""Turns of phrase, as regular expressions on a text's flat form (words joined by one blank).

Every repetition is bounded or runs over a fixed list of words that cannot begin the same pattern again, so
that the time is linear in the text. MSG is whatever a message may be called.
"""

from __future__ import annotations

import re

_MSG = (
    r"(?:sms|messages?|msg|textos?|texts?|pubs?|publicites?|promos?|spams?|mails?|enquetes?|sondages?|"
    r"questionnaires?|surveys?|notifications?|sollicitations?|envois?)"
)
_QUIET = r"(?:tranquilles?|paix|grappe|baskets)"
_STOP_VERB = r"\b(?:arretez?|arreter|cesse[rz]?|stop|stoppe[rz]?|marre|assez)\b(?: (?:svp|merci))?"

_OPT_OUT = (
    r"\b(?:plus|pas) (?:du tout )?recevoir"
    rf"(?: (?:de|d|vos|ces|des|aucun|aucune|tous|les|ce|genre|type))*(?: {_MSG}\b|$)",
    r"\bplus (?:du tout )?etre (?:contacte|sollicite|derange|demarche)\w*",
    rf"\b(?:plus|pas) (?:de|d|aucun|aucune) (?:vos )?{_MSG}\b(?: (?:svp|merci|s il vous plait|stp))?$",
    rf"\bne? (?:veux|voulons|voudrais|souhaite|souhaitons) plus (?:de|d|aucun|aucune) (?:vos )?{_MSG}\b",
    rf"{_STOP_VERB}(?: (?:avec|de|d))?(?: (?:m|me|nous))? ?"
    r"(?:envoyer|contacter|ecrire|harceler|deranger|solliciter|spammer)\b",
    rf"{_STOP_VERB}(?: (?:avec|a|au|aux|de|d|la|vos|ces|mes|les|tous|toutes|ce|harcelement))* {_MSG}\b",
    r"\b(?:n |ne )?(?:m |me |nous )?"
    r"(?:envoyez|envoie|ecrivez|contactez|derangez|sollicitez|recontactez|harcelez) plus\b",
    rf"\bne (?:m |me |nous )?(?:envoyez|envoie|ecrivez|contactez) pas (?:de|d) {_MSG}\b",
    r"\b(?:retirez|supprimez|supprimer|enlevez|effacez|effacer|rayez)\b.{0,12}"
    r"\b(?:moi|m|mon numero|mes coordonnees|mes donnees|ma fiche)\b",
    r"\b(?:me|moi|veux|voudrais|souhaite|svp) (?:me )?(?:desabonn|desinscri)\w*",
    r"\b(?:desabonn|desinscri)\w* moi\b",
    # "laissez-moi tranquille", "lâchez-moi", but not "laissez-moi vous dire bravo"
    rf"\b(?:laisse[zr]?|foute[zr]|fiche[zr]|lache[zr]?) (?:moi|nous)"
    rf"(?: (?:donc|un|peu|en|la|les))* {_QUIET}\b|\b(?:laisse|laissez|lache|lachez) (?:moi|nous)$",
    r"\bne plus (?:m |me |nous )?(?:contacter|recontacter|deranger|envoyer|ecrire|solliciter|harceler)\b",
    r"\b(?:veuillez|pouvez vous|pourriez vous|merci d|priere d|svp) arreter(?: (?:svp|merci))?$",
    r"\b(?:stop|quit|cease) (?:texting|messaging|sending|contacting|spamming|bothering|harassing)\b",
    r"\b(?:do not|don t|dont|never|no longer) (?:text|message|contact|msg|send|sms)\b",
    r"\b(?:do not|don t|dont) (?:disturb|bother|harass|spam) (?:me|us)\b",
    r"\b(?:take|remove) me (?:off|from)\b|\bremove me$",
    r"\b(?:remove|delete) my (?:number|details|data)\b",
    r"\bleave me alone\b|\bopt(?:ing)? out\b|\blose my number\b",
    r"\bno more (?:texts?|messages?|sms|surveys?)\b",
    r"\bunsubscribe\w*|\bdesabonne[rz]?\b|\bdesinscri\w*",
)
OPT_OUT = re.compile("|".join(_OPT_OUT))
"""Objections in whole sentences: each names messages, or a verb of messaging."""

NOT_RECEIVED = re.compile(
    rf"\b(?:toujours|encore|ai|a|avons|ont|eu|recu|recois|y a) (?:plus|pas) (?:de|d|aucun|aucune) {_MSG}\b"
)
"""'Je n'ai pas de message', 'toujours pas de mail': more likely a complaint than an objection."""

KEEP_ME = re.compile(
    r"\b(?:veux pas|souhaite pas|voudrais pas|pas envie de|surtout pas|don t want to|dont want to|"
    r"do not want to|not going to) (?:me |m )?(?:desabonn\w*|desinscri\w*|unsubscribe|opt out)"
)
"""Somebody who says that they do not want to unsubscribe."""

PRIVACY = re.compile(
    r"\b(?:supprime\w*|efface\w*|delete|remove)\b.{0,12}"
    r"\b(?:mes donnees|mon numero|mes coordonnees|ma fiche|my data|my number|my details)\b"
    r"|\b(?:rgpd|gdpr|cnil)\b"
)

NEGATIVE = re.compile(
    r"\b(?:nul|nulle|nuls|honte|honteux|honteuse|inadmissible|inacceptable|scandaleux|scandale|catastroph\w*|"
    r"arnaqu\w*|voleurs?|jamais recu|jamais livre|jamais arrive|rien recu|pas recu|cass(?:e|es|ee|ees)|"
    r"abim(?:e|es|ee|ees)|decue?s?|decevant|pas content|mecontent\w*|furieu\w*|rembours\w*|avocat|porter plainte|"
    r"deplorable|horrible|lamentable|awful|useless|scam|refund|broken|damaged|never received|never arrived|"
    r"disgust\w*|worst|pathetic|rude|impoli\w*|malpoli\w*|agressi\w*|insatisfait\w*)\b"
)

WRONG_NUMBER = re.compile(
    r"\b(?:mauvais|faux) numero\b(?! (?:de|d) (?!tel\w*|portable|mobile))|\berreur de numero\b"
    r"|\btromp\w* de (?:numero|personne)\b|\bwrong (?:number|person)\b(?! of)"
)

AUTO_REPLY = re.compile(
    r"\bje conduis\b|\bje suis au volant\b|\bi (?:m|am) driving\b|\b(?:message|reponse) automatique\b"
    r"|\bauto reply\b|\bautomatic reply\b|\bout of (?:the )?office\b"
    r"|\b(?:mode|fonction|focus)\b.{0,40}\bne pas deranger\b|\bdo not disturb\b(?! (?:me|us)\b)"
)

REACTION = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasized|questioned|reacted .{1,20} to|removed an? .{1,20} from"
    r"|a aime|a adore|n'a pas aime|a ri (?:a|de)|a mis en evidence|a accentue|a mis en doute"
    r"|s'est interroge.{0,20} sur|a reagi avec .{1,20} a|[^\w\s\"'«“„‹]{1,4} ?(?:to|a|sur))\s*[\"'«“„‹]"
)
"""A tapback that quotes our own message; on the normal form, where quotation marks are still there."""
