"""The bench's words: protocols, rules and results, in the reader's language."""

from db.rules.conformance import Outcome, Overall, Protocol, Rule
from portal.locale import _


def protocol(value: str) -> str:
    return {
        Protocol.GB26875: _("GB/T 26875.3, fire panels"),
        Protocol.MQTT: _("MQTT, JSON of MESSAGES.md"),
        Protocol.CTWING: _("CTWing pushes"),
        Protocol.ONENET: _("OneNET pushes"),
        Protocol.GBT45839_INSTALL: _("GB/T 45839 annex D: Install_info"),
        Protocol.GBT45839_STATUS: _("GB/T 45839 annex D: status_info"),
        Protocol.GBT28181: _("GB/T 28181 alarm notices"),
    }[Protocol(value)]


def hint(value: str) -> str:
    """What may be pasted."""
    if value == Protocol.GB26875:
        return _("Frames as hex, with or without blanks: 40 40 01 00 …")
    if value == Protocol.MQTT:
        return _('One message a line, its topic first: anwang/v1/sd-1/smoke {"alarm": true}')
    return _("The body as the platform pushes it; or several, one a line")


def outcome(value: str) -> str:
    return {
        Outcome.UNTRIED: _("not tried"),
        Outcome.PASS: _("right"),
        Outcome.NOTE: _("to note"),
        Outcome.DIALECT: _("dialect"),
        Outcome.FAIL: _("wrong"),
    }[Outcome(value)]


def outcome_class(value: str) -> str:
    """The colour of its badge."""
    return {Outcome.PASS: "good", Outcome.NOTE: "notice", Outcome.DIALECT: "minor", Outcome.FAIL: "critical"}.get(
        Outcome(value), ""
    )


def overall(value: str) -> str:
    return {
        Overall.NOTHING: _("Nothing was found that could be examined."),
        Overall.CONFORMS: _("It conforms: everything that came is right."),
        Overall.DIALECT: _("It speaks a dialect that the platform knows: enter it beside the device's address."),
        Overall.FAILS: _("It does not conform: see what is wrong below."),
    }[Overall(value)]


def overall_short(value: str) -> str:
    return {
        Overall.NOTHING: _("nothing found"),
        Overall.CONFORMS: _("conforms"),
        Overall.DIALECT: _("dialect"),
        Overall.FAILS: _("does not conform"),
    }[Overall(value)]


def overall_class(value: str) -> str:
    return {Overall.CONFORMS: "good", Overall.FAILS: "bad"}.get(Overall(value), "doubt")


def rule(value: str) -> str:
    """What the rule asks, in one line."""
    return _FRAMES(value) or _MESSAGES(value)


def _FRAMES(value: str) -> str:  # noqa: N802 - a table, in the reader's language
    return {
        Rule.START: _("Begins with 40 40"),
        Rule.END: _("Ends with 23 23 (not 35 35, their decimal)"),
        Rule.LENGTH: _("Length counts the data alone, low byte first, at most 1024"),
        Rule.CHECKSUM: _("Checksum: low byte of the sum from the serial number to the end of the data"),
        Rule.VERSION: _("Major version is 1"),
        Rule.TIME: _("Time of sending: six plain binary bytes, not BCD, and set"),
        Rule.SERIAL: _("Serial number: one more with each frame of its own"),
        Rule.COMMAND: _("A command that a device sends"),
        Rule.TYPE_FLAG: _("Type flag is one of the standard's"),
        Rule.COUNT: _("Number of objects within the limit of the type flag"),
        Rule.OBJECTS: _("Objects fill the data exactly"),
        Rule.CODES: _("Codes of systems, components and values are not reserved"),
        Rule.TEXT: _("Text is GB 18030"),
        Rule.OBJECT_TIME: _("Each object has a time"),
        Rule.STATE_BITS: _("Reserved bits of a state are 0"),
        Rule.TEST_BIT: _("Bit 0 says normal operation beside a fire (0 means test: the fire rings all the same)"),
        Rule.CONFIRM: _("Answers the centre's command within 10 s, with its serial number"),
        Rule.HEARTBEAT: _("Heard at least every minute (heartbeat: empty data, every 20 to 30 s)"),
    }.get(Rule(value), "")


def _MESSAGES(value: str) -> str:  # noqa: N802 - a table, in the reader's language
    return {
        Rule.TOPIC: _("Topic is anwang/v1/<device number>/<signal>"),
        Rule.SIGNAL: _("The signal is in the dictionary"),
        Rule.SIZE: _("Size within the limit"),
        Rule.JSON: _("JSON in UTF-8"),
        Rule.OBJECT: _("One JSON object"),
        Rule.ONCE: _("Each field once"),
        Rule.FIELD: _("Fields are those of the document"),
        Rule.VALUE: _("Values are numbers within their range"),
        Rule.AT: _("Time of its own: with an offset, not ahead, not older than a year"),
        Rule.FLAGS: _("alarm and test are true or false"),
        Rule.BATTERY: _("Battery: 0 to 100 %"),
        Rule.RADIO: _("Radio signal in dBm: −200 to 0"),
        Rule.WORDS: _("Text of at most 500 characters"),
        Rule.KIND: _("A kind of message that is known"),
        Rule.WHO: _("The device is named"),
        Rule.STATUS: _("Status is one of the document's"),
        Rule.CODE: _("Status codes of the product are known"),
        Rule.IDENTITY: _("Serial number is the 27-character identity"),
    }[Rule(value)]


def field(name: str) -> str:
    """The name of a decoded field."""
    return {
        "serial": _("Serial number"),
        "version": _("Version"),
        "sent_at": _("Time of sending"),
        "source": _("Source address"),
        "destination": _("Destination address"),
        "command": _("Command"),
        "length": _("Length"),
        "type": _("Type flag"),
        "system": _("System"),
        "system_address": _("Address of the system"),
        "component": _("Component"),
        "component_address": _("Address of the component"),
        "zone": _("Zone"),
        "point": _("Point"),
        "state": _("State"),
        "reading": _("Reading"),
        "operation": _("Operation"),
        "operator": _("Operator"),
        "text": _("Text"),
        "at": _("Time"),
        "device": _("Device"),
        "signal": _("Signal"),
        "value": _("Value"),
        "alarm": _("Alarm"),
        "test": _("Test"),
        "battery_pct": _("Battery"),
        "rssi_dbm": _("Radio signal"),
        "refused": _("The decoder's own words"),
        "note": _("Note"),
        "company": _("Maker"),
    }.get(name, name)
