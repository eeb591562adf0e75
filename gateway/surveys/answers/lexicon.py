"""The words that replies are read with: data, in the form that `normalise` gives a text.

Lower case, no accents, apostrophes as blanks ("s'il vous plaît" is "s il vous plait"). French and English are
always both active. A word is added here, with an example in the tests; the rules stand elsewhere.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


# --- around an answer ---------------------------------------------------------------------------------------

POLITENESS = _words(
    "a asap beaucoup bien bjr bonjour bonne bonsoir bsr cdlt cdt cordialement de definitivement hello "
    "hey hi il immediatement journee madame maintenant merci mme monsieur mr mrc now ok okay plait "
    "please pls plz s salut soiree stp suite svp te thank thanks thx tout ty vous you"
)
FILLER = _words(
    "a alors an bah ben bjr bon bonjour bonsoir c ca ce clairement d de definitely dire donc donner est "
    "et euh for franchement gros hello hi hmm honestly honnetement i is it j je la le leur ll lui m ma "
    "me merci mettre moi mon my ok petit pour probablement probably really s salut sera serait "
    "sincerement solid solide sure t them u un une vais vous vraiment well would you"
)
MARKER = _words(
    "answer attribue avis choix dirai dirais dis donne donner donnerai donnerais evaluation evalue give "
    "giving met mets mettons mettrai mettrais mettre note noter notes rate rating rep reponse say score "
    "vote"
)
PADDING = POLITENESS | FILLER | MARKER

# --- opting out ---------------------------------------------------------------------------------------------

STRONG_OPT_OUT = _words(
    "aret arret arrete arreter arretez arrets desabo desabonnement desabonner desabonnez desinscription "
    "desinscrire desinscrivez optout revoke sotp sstop st0p stoop stop stopall stope stopp stoppe "
    "stoppez stops stpo tsop unsub unsubscribe"
)
WEAK_OPT_OUT = _words("cancel end quit remove")
"""Opt-out only where nothing but politeness stands beside them."""

OPT_OUT_NOISE = POLITENESS | _words(
    "non no je dis j ai dit i said par pitie aux les vos ces des mes la au d l"
)
SCOPES = {
    "commercial": _words("pub pubs promo promos publicite publicites marketing ads"),
    "survey": _words("enquete enquetes sondage sondages questionnaire questionnaires survey surveys"),
    "all": _words("sms message messages msg all tout tous"),
}
LEADING_STOP = _words("stop stopall stopp stpo sotp tsop st0p")
LEADING_ARRET = _words("arret arretez desabonnement desinscription")
TRAILING_ARRET = _words(
    "arretez arreter desabonnement desabonner desabonnez desinscription desinscrire desinscrivez"
)
"""Behind an answer these stop us; behind other words they may mean the noise."""
TRAILING_STOP = _words("stop stopall arret unsubscribe stopp stpo sotp tsop st0p")
SUSPECT_STOP = _words("stop stopall unsubscribe desabonnement")
COMPLEMENT = _words("a au aux de du des d la le les l en at by in on over the for sign gap watch light off")
"""After a leading STOP these begin what is to stop: the noise, the delays; perhaps not the messages."""

FIXED_STOP = _phrases(
    "non stop, nonstop, one stop, bus stop, auto stop, full stop, stop and go, pit stop, stop sign"
)
SUSPECT_WHOLE = _words("spam harcelement")

# --- other control words ------------------------------------------------------------------------------------

OPT_IN = _words("start unstop reprendre reactiver reabonner")
HELP = _phrases(
    "aide, c est qui, help, info, information, informations, infos, qui est ce, qui etes vous, vous "
    "etes qui, who are you, who is this, who s this"
)
REFUSED = _phrases(
    "aucune idee, don t know, dont know, i don t know, i dont know, idk, j sais pas, je ne sais pas, je "
    "ne souhaite pas repondre, je ne veux pas repondre, je passe, je prefere ne pas repondre, je refuse "
    "de repondre, je sais pas, jsp, n a, ne se prononce pas, no idea, non concerne, non concernee, not "
    "applicable, nsp, nspp, pas concerne, pas concernee, pas d avis, pas d opinion, passer, prefer not "
    "to say, sans avis, sans opinion, skip"
)
NO_COMMENT = _phrases(
    "all good, aucun, aucun commentaire, aucune, c est tout, no, no comment, no thanks, non, non merci, "
    "non rien, none, nope, nothing, nothing to add, nothing to say, pas de commentaire, pas de "
    "commentaires, ras, rien, rien a ajouter, rien a dire, rien a signaler, rien de plus, rien de "
    "special, sans commentaire"
)

# --- scores -------------------------------------------------------------------------------------------------

NUMBERS = {
    "zero": 0, "zeros": 0, "one": 1, "un": 1, "une": 1, "deux": 2, "two": 2, "three": 3, "troi": 3,
    "trois": 3, "four": 4, "quatre": 4, "quatres": 4, "quattre": 4, "cink": 5, "cinq": 5, "cinque": 5,
    "fiv": 5, "five": 5, "sinq": 5, "six": 6, "sept": 7, "seven": 7, "sevn": 7, "eight": 8, "eigth": 8,
    "hiut": 8, "huit": 8, "huitt": 8, "neuf": 9, "neuff": 9, "nien": 9, "nine": 9, "nuef": 9, "dix": 10,
    "dixx": 10, "diz": 10, "ten": 10, "eleven": 11, "onze": 11, "douze": 12, "twelve": 12, "twenty": 20,
    "vingt": 20,
}  # fmt: skip
ARTICLE_NUMBERS = _words("un une one")
"""Numbers that are articles as soon as a word follows."""

FOLLOW_OK = _words(
    "a and because bonne bravo but c car cordialement demi et etoile etoiles for i j je mais merci of "
    "ok out parce please point pointe points pour pts puisque rien sans star stars sur svp thank thanks tres"
)
"""What may stand behind a number word that is a score: "neuf car…", but not "neuf livreurs"."""

ALTERNATIVES = _words("- & a ou or to voire voir et and euh heu hmm")
"""Between two scores, these leave open which."""
AND = _words("et and")
AND_ALSO = _words("- bien meme peut etre maybe even")

POINTS = _words("point points pt pts")
STARS = _words("etoile etoiles star stars ★")
UNITS = _words(
    "am an annee annees ans aout avril cm colis day days decembre dollar dollars e eme er ere eur euro "
    "euros fevrier fois h heure heures hour hours hr hrs j janvier jour jours juillet juin kg km m mai "
    "mars min minute minutes mn mois month months nd novembre oclock octobre pm pound pounds rd rdv sec "
    "secondes semaine semaines septembre sms st th time times week weeks x year years mins seconde "
    "second seconds centimes cents kms"
)
ELIDED_J = _words(
    "ai avais aurai aurais aime aimerais adore adorais etais attend attends attendais en y espere "
    "apprecie habite"
)
"""After these a lone j is "j'" typed without its apostrophe, not the abbreviation of days."""

COUNT_NOUNS = _words(
    "appel article attente box bug call carton chambre client commande complaint defaut driver email "
    "enfant erreur etage faute issue item livreur magasin mail message nuit order palette paquet parcel "
    "pb people person personne piece problem probleme produit regret reproche retard souci stress table "
    "technicien vendeur vendeuse"
)
COUNT_PLURALS = frozenset(noun + end for noun in COUNT_NOUNS for end in ("s", "x", "es")) | {"people"}
COUNT_ADJECTIVES = _words(
    "big bon bonne bonnes bons full grand grands gros grosse long longs longues more petit petite seul "
    "seule small whole"
)
PREPOSITIONS = _words(
    "a after appartement apres at au aux avant avec before by ces chez dans depuis des du en from in la "
    "le les lot mes on par rue since the vers vos"
)
ARTICLES = _words("un une le la les a an the de d l")
NEGATIONS = _words("pas not jamais")
IT = _words("it lui leur them vous you u")
HEDGES = tuple(
    tuple(hedge.split())
    for hedge in (
        "presque", "quasi", "quasiment", "environ", "a peu pres", "plus de", "moins de", "au moins",
        "minimum", "almost", "nearly", "about", "around", "more than", "less than", "at least",
    )
)  # fmt: skip
REJECTED = tuple(
    tuple(phrase.split()) for phrase in ("plutot que", "rather than", "instead of", "au lieu de")
)
"""Before a number: somebody gives another one instead."""
CORRECTIONS = tuple(
    tuple(phrase.split())
    for phrase in (
        "pardon", "plutot", "finalement", "enfin", "erreur", "sorry", "i mean", "actually", "rather",
        "non", "oups", "oops", "je voulais dire", "correction",
    )
)  # fmt: skip
SCALE_WORDS = _words("sur echelle scale on out of from to")
MONTHS = (
    "janvier|janv|fevrier|fevr|mars|avril|mai|juin|juillet|juil|aout|septembre|octobre|novembre|decembre|"
    "january|february|april|june|july|august|september|october|november|december"
)

# --- yes and no ---------------------------------------------------------------------------------------------

YES = _phrases(
    "tout a fait, bien sur, biensur, d accord, avec plaisir, of course, oui, ouais, ouai, oue, ouii, "
    "oui oui, ui, wi, yes, yep, yeah, yup, ok, okay, dac, evidemment, absolument, carrement, "
    "exactement, affirmatif, volontiers, sure, definitely, absolutely, certainly, correct, yess"
)
NO = _phrases(
    "jamais de la vie, no way, absolument pas, pas du tout, surement pas, certainement pas, pas "
    "vraiment, je ne pense pas, je ne crois pas, je pense pas, je crois pas, not at all, not really, of "
    "course not, definitely not, absolutely not, bien sur que non, non, nan, nn, nope, no, nah, never, "
    "jamais, negatif, pas encore, not yet, i don t think so, i dont think so"
)
WEAK_YES = _words("ok okay")
YES_SYMBOLS = frozenset("👍✅👌🙂😀")
NO_SYMBOLS = frozenset("👎❌")
YESNO_LEAD = POLITENESS | _words("ben bah eh he ah ha euh c est mais alors well hmm")
MAYBE = _phrases(
    "pourquoi pas, why not, oui et non, yes and no, ni oui ni non, peut etre, maybe, perhaps, bof, "
    "moyen, ca depend, mouais, plus ou moins"
) | frozenset(
    f"{none} {trouble}"
    for none in ("no", "pas de", "aucun", "sans", "zero", "0")
    for trouble in (
        "problem", "problems", "probleme", "problemes", "pb", "pbs", "souci", "soucis", "issue", "issues",
        "worry", "worries",
    )
)  # fmt: skip
JOINING = _words("et ou mais and or but")

# --- choices ------------------------------------------------------------------------------------------------

CHOICE_LEAD = POLITENESS | _words(
    "reponse rep la le l option choix choice numero n no lettre je j prends prefere choisis veux "
    "voudrais plutot prendrai the a answer c ce est s is it sera serait mets met dirais vote choisirais "
    "mon ma my i d would say choose pick"
)
"""What may stand before a key: "c'est la B", "mon choix est 2". A word that is a key itself is one."""
CHOICE_NOUNS = _words("choix choice option reponse answer proposition raison reason one")
CHOICE_AND = _words("et ou or and")
ORDINALS = {
    "premier": 1, "premiere": 1, "first": 1, "second": 2, "seconde": 2, "deuxieme": 2, "troisieme": 3,
    "third": 3, "quatrieme": 4, "fourth": 4,
}  # fmt: skip
CHOICE_NEGATIONS = _words("pas not ni sauf")
