"""The far side of the network: phones that are on or off, read what they get, and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.handsets import Answer, Conversation, Handset, Reply
from drivers.sim.joining import Joiner
from drivers.sim.mail import Draft
from drivers.sim.records import Accepted, Message
from drivers.sim.reporting import EXPIRED, TRYING, promise_report

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.network import Network

_DEFAULT_VALIDITY = 3 * 86400.0
_STRANGER = Handset(number="*")


class Phone:
    """One number, and the person behind it."""

    def __init__(self, network: Network, number: str, handset: Handset) -> None:
        self.number = number
        self.handset = handset
        self.on = not handset.off
        self._network = network
        self._joiner = Joiner()
        self._received: list[Message] = []
        self._waiting: list[tuple[Accepted, Device]] = []
        self._talks: dict[str, Conversation] = {}

    @property
    def received(self) -> tuple[Message, ...]:
        """The complete messages on the phone."""
        with self._network.loop.lock:
            return tuple(self._received)

    def switch(self, on: bool) -> None:
        """Turn the phone on or off; what waited arrives."""
        with self._network.loop.held():
            self.on = on
            waiting, self._waiting = self._waiting, []
            for part, device in waiting:
                self.offer(part, device)

    def say(self, modem: str, text: str, order: str = "in") -> None:
        """Write to the SIM in `modem` (name, IMSI or number)."""
        with self._network.loop.held():
            imsi = self._network.find(modem)
            self._network.mail.post_draft(imsi, Draft(sender=self.number, text=text, order=order))

    # ---- with the lock held

    def offer(self, part: Accepted, device: Device) -> None:
        """The network tries to deliver a part."""
        if self.on:
            self._take(part, device)
            return
        expires = part.at + (_DEFAULT_VALIDITY if part.validity is None else part.validity.total_seconds())
        self._waiting.append((part, device))
        if part.report_requested and self.handset.report == "pending":
            self._network.report(part, TRYING)
        self._network.loop.later(expires - self._network.loop.now(), lambda: self._expire(part))

    def _expire(self, part: Accepted) -> None:
        kept = [row for row in self._waiting if row[0] is not part]
        if len(kept) < len(self._waiting):
            self._waiting = kept
            self._network.journal.write("expired", part.modem, number=part.number, recipient=self.number)
            if part.report_requested:
                self._network.report(part, EXPIRED)

    def _take(self, part: Accepted, device: Device) -> None:
        promise_report(self._network, part, device, self.handset)
        if self.handset.report == "failed":
            return
        message = self._joiner.add(part)
        if message is not None:
            self._received.append(message)
            self._network.journal.write(
                "delivered", part.modem, recipient=self.number, text=message.text, parts=len(message.parts)
            )
            self._answer(message)

    def _answer(self, message: Message) -> None:
        talk = self._talks.setdefault(message.imsi, Conversation())
        talk.heard += 1
        answer, delay = self._choose(message.text, talk)
        for reply in _replies(answer):
            delay += reply.delay
            self._reply(message.imsi, reply, delay)

    def _choose(self, text: str, talk: Conversation) -> tuple[Answer, float]:
        handset = self.handset
        if talk.heard <= len(handset.script):
            return handset.script[talk.heard - 1], handset.script_delay
        for rule in handset.rules:
            if rule.matches(text, talk.state):
                if rule.probability < 1.0 and self._network.rng.random() >= rule.probability:
                    return "", 0.0
                talk.state = talk.state if rule.then is None else rule.then
                return rule.reply, rule.delay
        return "", 0.0

    def _reply(self, imsi: str, reply: Reply, delay: float) -> None:
        sender = reply.sender or self.number

        def write() -> None:
            self._network.journal.write("reply", sender=sender, imsi=imsi, text=reply.text)
            self._network.mail.post_draft(imsi, Draft(sender=sender, text=reply.text, order=reply.order))

        self._network.loop.later(delay, write)


class Crowd:
    """All phones of the network, made when somebody first writes to them."""

    def __init__(self, network: Network, handsets: tuple[Handset, ...]) -> None:
        self._network = network
        self._handsets = list(handsets)
        self._phones: dict[str, Phone] = {}

    def add(self, handset: Handset) -> None:
        """One more; it goes before those that were there."""
        self._handsets.insert(0, handset)
        for number, phone in self._phones.items():
            if handset.covers(number):
                phone.handset = handset
                phone.on = not handset.off

    def phone(self, number: str) -> Phone:
        """The phone of a number, however it was dialled."""
        number = self._network.full_number(number)
        phone = self._phones.get(number)
        if phone is None:
            handset = next((each for each in self._handsets if each.covers(number)), _STRANGER)
            phone = self._phones[number] = Phone(self._network, number, handset)
        return phone

    def refusal(self, number: str) -> int | None:
        """The code with which the network refuses messages to a number."""
        return self.phone(number).handset.refuse

    def route(self, part: Accepted, device: Device) -> None:
        """Carry an accepted part to where it belongs: another SIM of the farm, or a phone."""
        network = self._network
        imsi = network.imsi_of(part.recipient)
        if imsi is not None:
            network.forward(part, imsi)
            promise_report(network, part, device, _STRANGER)
            return
        phone = self.phone(part.recipient)
        delay = phone.handset.delivery
        if delay > 0:
            network.loop.later(delay, lambda: phone.offer(part, device))
        else:
            phone.offer(part, device)


def _replies(answer: Answer) -> list[Reply]:
    several = answer if isinstance(answer, tuple) else (answer,)
    replies = [Reply(text=each) if isinstance(each, str) else each for each in several]
    return [reply for reply in replies if reply.text]
