"""Who insures and who brokers: beside labels, in the letterhead and the signature, or in the words that certify."""

import re
from collections.abc import Iterator, Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.parse import find_dates, fold
from doctray.extraction.rules.certificate import acord
from doctray.extraction.rules.certificate.coverage import Coverage
from doctray.extraction.rules.certificate.insurance_values import labelled_insurer, labelled_party, named_under_role, without_number
from doctray.extraction.rules.certificate.insurer_tables import lettered_table
from doctray.extraction.rules.certificate.parties import is_address_line, is_party
from doctray.extraction.rules.certificate.told_parties import insurer_in_words
from doctray.extraction.rules.finds import text_found
from doctray.extraction.rules.labels import Labelled, words_at
from doctray.extraction.rules.reading import Phrase, Sheet, lines_of

INSURES = re.compile(
    r"\b(?:insurance|assurance|insurers?|mutual|underwrit\w+|casualty|indemnity|reinsurance|lloyd'?’?s|\w*versicherung(?:en|s\w*)?|"
    r"assurances?|"
    r"(?:compensation|insurance|state) fund|seguros|seguradora|aseguradora|assicurazioni|\w*verzekeringen|forsikring|reiseforsikring|"
    r"takaful|mutuelles?|mutua)\b",
    re.IGNORECASE,
)
_BROKES = re.compile(
    r"\bbrok\w+|\bcourtier|\bagenc(?:y|ies)\b|\bagents\b|\binsurance (?:services|advis[eo]rs|consultants|group|partners|solutions|"
    r"professionals|center|centre|associates|planners|management)\b|\brisk (?:partners|services|solutions|advis[eo]rs|management)\b|"
    r"\bintermediar|\bmakler",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:limited|ltd|inc|incorporated|llc|plc|co|corp|corporation|company|ag|se|sa|s\.a|gmbh|n\.?v|b\.?v|pty|pte|bhd|mutual|group|"
    r"association|exchange|as|a/s|oy|ab|s\.?p\.?a)\b",
    re.IGNORECASE,
)
_NO_COMPANY = re.compile(
    r"\b(?:certificate|certify|certifies|policy|polic(?:y|ies)|schedule|declarations?|evidence|confirmation|proof|card|period|premium|"
    r"class|type|cover|date|expiry|commencement|description|vehicle|holder|name of|number|coverage|coverages|details|"
    r"certificate|liability|compensation|information|for the|summary|terms|act|department|"
    r"versicherungskarte|versicherungsschein|versicherungsbestätigung|carte|attestation|bescheinigung|certificado|certificato|p[óo]liza|"
    r"polizza|"
    r"contrat|police|devis|quotation|quote|commissioner|claims?|conditions?|limits?|motor|travel|verification|following|insurances|tax|"
    r"portal|www)\b|[:@?]|\.com|\d{3}",
    re.IGNORECASE,
)
_CERTIFIES = re.compile(
    r"^(?:we,? |(?i:nous,? (?:soussignés?,? )?))?(?P<who>[A-Z][\w&'’.,\- ]{2,60}?),? (?:hereby )?"
    r"(?:certif(?:y|ies) that|certifica que|certif(?:ie|ions) que|attest(?:e|ons) que|bestätigt)\b"
)
_CERTIFIED = re.compile(
    r"\bcertif(?:y|ies|ied) that,? (?P<who>(?-i:[A-Z])[\w&'’.\- ]{2,60}?)(?:,| insures\b| has (?:issued|insured|provided|effected)\b|$)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\b(?:signed )?(?:for and )?on behalf of:?\s+(?:(?:the )?authori[sz]ed insurers?: )?(?P<who>\S.{2,80})|"
    r"^for (?P<for>(?-i:[A-Z]).{2,60})$|"
    r"^(?:underwritten by|an? (?:program(?:me)?|division) of):?\s+(?P<by>\S.{2,80})|"
    r"\bon behalf of the insurers?,? by (?P<broker>\S.{2,60}?)(?= on \d|[.,]|$)|"
    r"^(?!(?:for|signed|on)\b)(?P<authorised>(?-i:[A-Z])[^,;:()]{2,60}?),? \(?authori[sz]ed insurers?\b",
    re.IGNORECASE,
)
_FIRST_WORDS = ("this", "it", "we", "i", "iwe", "lwe", "hereby", "to", "the", "in", "policy", "policies", "certificate", "insurance")

_LETTERHEAD = 0.22
"""Part of the page's height in which a letterhead stands."""


def insurers(paper: Labelled, coverages: Sequence[Coverage], *, titled: Sequence[Phrase]) -> list[dict[str, Found]]:
    """With letter, name and NAIC number as far as they are printed. titled: phrases of the title, which name no company."""
    for sheet in paper.sheets:
        if tabled := lettered_table(sheet):
            return tabled
        lettered = [insurer for insurer in acord.insurers(sheet) if "name" in insurer]
        if any(find_dates(str(insurer["name"].value)) for insurer in lettered):
            lettered = _lettered(sheet)
        if lettered:
            if len(lettered) == 1 and "naic" not in lettered[0]:
                code = _naic(paper)
                lettered[0].update({"naic": code} if code is not None else {})
            return lettered
    named = _of_coverages(coverages)
    if named:
        return named
    name = (
        labelled_insurer(paper)
        or insurer_in_words(paper.sheets)
        or _in_words(paper.sheets)
        or next(_in_head(paper.sheets, titled, insures=True), None)
        or _only_company(paper.sheets)
    )
    if name is None:
        return []
    name = without_number(name)
    code = _naic(paper)
    return [{"name": name, "naic": code} if code is not None else {"name": name}]


_LETTERED = re.compile(r"(?:(?:insurer|company|co\.?) ?)?(?P<letter>[A-F]) ?[:.)–-] ?(?P<name>[A-Z][\w&'’.,() \-]{3,70})")


def _lettered(sheet: Sheet) -> list[dict[str, Found]]:
    """Companies in lines of their own, each after its letter: A: Granite Coast Mutual Insurance Co."""
    out = []
    for phrase in sheet.phrases:
        match = _LETTERED.fullmatch(phrase.text)
        if match is not None and is_party(match["name"]) and not is_address_line(match["name"]):
            letter = Found(value=match["letter"], page=phrase.page, words=phrase.words[:1])
            named = Found(value=match["name"], page=phrase.page, words=words_at(phrase.words, *match.span("name")))
            out.append({"letter": letter, "name": without_number(named)})
    return out


def producer(paper: Labelled, *, titled: Sequence[Phrase]) -> Found | None:
    labelled = labelled_party(paper, "producer")[0]
    if labelled is not None:
        return labelled
    if (named := named_under_role(paper, "producer")) is not None:
        return named
    if (told := _broker_in_line(paper.sheets)) is not None:
        return told
    signed = (found for found in _signed(paper.sheets) if _BROKES.search(str(found.value)))
    return next(signed, None) or next(_in_head(paper.sheets, titled, insures=False), None)


_BROKER_IN_LINE = re.compile(
    r"(?<=[.;|] )(?:(?:insurance )?(?:broker|agent|agency|intermediary)) ?: (?P<who>(?-i:[A-Z])[\w&'’.,\- ]{3,60}?)(?= \(|;| \||\.? *$)",
    re.IGNORECASE,
)


def _broker_in_line(sheets: Sequence[Sheet]) -> Found | None:
    """Who is named after a label that follows a sentence in its line: … to the policy wording. Broker: Leeuwin Pty Ltd"""
    for sheet in sheets:
        for phrase in sheet.phrases:
            match = _BROKER_IN_LINE.search(phrase.text)
            if match is not None and is_party(match["who"]):
                return Found(value=match["who"], page=phrase.page, words=words_at(phrase.words, *match.span("who")), trust=0.8)
    return None


def who_certifies(sheets: Sequence[Sheet]) -> Found | None:
    """Who says of itself that it certifies."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            match = _CERTIFIES.match(phrase.text)
            if match is not None and fold(match["who"]).split(" ")[0] not in _FIRST_WORDS:
                return text_found(Phrase.of(phrase.page, words_at(phrase.words, *match.span("who"))), trust=0.8)
    return None


def is_broker(name: str) -> bool:
    return bool(_BROKES.search(name))


def _naic(paper: Labelled) -> Found | None:
    for _, phrase in paper.values("naic", lambda text: re.fullmatch(r"\W*\d{5}\W*", text) is not None):
        return text_found(phrase)
    for sheet in paper.sheets:
        for phrase in sheet.phrases:
            if match := _NAIC_CODE.search(phrase.text):
                words = words_at(phrase.words, *match.span("code"))
                return Found(value=match["code"], page=phrase.page, words=words, trust=0.9)
    return None


_NAIC_CODE = re.compile(r"\bNAIC\b(?: (?:no|code|number|id)\b)?[ .:#]{0,4}(?P<code>\d{5})(?!\d)", re.IGNORECASE)
"""An insurer's number in its line, as in Cascadia Casualty (NAIC 20443)."""


def _of_coverages(found: Sequence[Coverage]) -> list[dict[str, Found]]:
    named: dict[str, Found] = {}
    for coverage in found:
        if coverage.insurer is not None:
            named.setdefault(fold(str(coverage.insurer.value)), coverage.insurer)
    return [{"name": insurer} for insurer in named.values()]


def _in_words(sheets: Sequence[Sheet]) -> Found | None:
    """The company that sentences and signatures name as the insurer."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            match = _CERTIFIED.search(phrase.text)
            if match is not None and INSURES.search(match["who"]) and fold(match["who"]).split(" ")[0] not in _FIRST_WORDS:
                words = words_at(phrase.words, match.start("who"), match.end("who"))
                return text_found(Phrase.of(phrase.page, words), trust=0.9)
    return next((found for found in _signed(sheets) if INSURES.search(str(found.value)) and not is_broker(str(found.value))), None)


_OPENS_NAME = re.compile(r"[A-ZÀ-Þ]|certain [Uu]nderwriters\b")


def _signed(sheets: Sequence[Sheet]) -> Iterator[Found]:
    """Those on whose behalf the paper is signed, in the line or in the one beneath."""
    for sheet in sheets:
        for phrase in lines_of(sheet):
            match = _SIGNED.search(phrase.text)
            if match is not None:
                group = next(name for name, said in match.groupdict().items() if said)
                stop = match.end(group) if group == "authorised" else len(phrase.text)
                words: Sequence[Phrase] = [Phrase.of(phrase.page, words_at(phrase.words, match.start(group), stop))]
            elif re.search(r"\bon behalf of:?$|^yours (?:faithfully|sincerely|truly),?$", phrase.text, re.IGNORECASE):
                words = sheet.right_of(phrase)[:1] or sheet.below(phrase)[:1]
            else:
                continue
            for named in words:
                found = text_found(named, trust=0.9)
                if found is not None and is_party(named.text) and _OPENS_NAME.match(str(found.value)):
                    yield found


_WITH_FORM = re.compile(
    r"\b(?:[A-Z][\w&'’\-]+ ){0,4}(?:(?i:insurance|assurance|seguros|assurances|versicherung|assicurazioni|takaful)\b)"
    r"(?: [A-Z][\w&'’\-]+){0,4},? "
    r"(?:(?:Ltd|LTD|Limited|LIMITED|plc|PLC|Inc|AG|SE|Bhd|BHD|P\.S\.C|Pte)\b\.?|S\.? ?A\.(?:,? (?i:de C\. ?V\.))?)|"
    r"\b(?!(?:The|This|Your|Our|An|Any|Of|THE) )[A-Z][\w&'’\-]+ (?:[A-Z][\w&'’\-]+ ){0,3}(?:Insurance Company|INSURANCE COMPANY)\b"
)


def _only_company(sheets: Sequence[Sheet]) -> Found | None:
    """The one insurance company that sentences and small print name with its legal form."""
    named: dict[str, Found] = {}
    for sheet in sheets:
        for phrase in lines_of(sheet):
            for match in _WITH_FORM.finditer(phrase.text):
                if not is_broker(match[0]):
                    words = words_at(phrase.words, *match.span())
                    named.setdefault(fold(match[0]), Found(value=match[0].strip(" ,"), page=phrase.page, words=words, trust=0.5))
    return next(iter(named.values())) if len(named) == 1 else None


_TRADE = re.compile(
    r"(?:chartered |independent |registered |commercial )*insurance (?:(?:&|and) (?:risk|financial|mortgage) )?"
    r"(?:brokers?|agents?|consultants?|advis[eo]rs|"
    r"intermediar(?:y|ies))",
    re.IGNORECASE,
)
"""What a broker prints under its name."""


def _could_name(phrase: Phrase) -> bool:
    """Whether a line of a letterhead can be a company's name."""
    return phrase.text[:1].isupper() and len(phrase.words) <= 8 and not _NO_COMPANY.search(phrase.text) and not is_address_line(phrase.text)


_ARRANGED_BY = re.compile(r"(?:arranged|administered|sold|brokered)(?: (?:and|&) \w+)? by (?=[A-Z])", re.IGNORECASE)
"""What a broker prints before its name."""


def _in_head(sheets: Sequence[Sheet], titled: Sequence[Phrase], *, insures: bool) -> Iterator[Found]:
    """Companies in the letterhead of the first page: insurers, or (insures False) brokers."""
    for sheet in sheets[:1]:
        for printed in sheet.phrases:
            if printed.box.top > _LETTERHEAD * sheet.height:
                break
            phrase = printed
            if not insures and _TRADE.fullmatch(printed.text.strip()):
                phrase = next((over for over in sheet.above(printed, lines=1.5)[:1] if _could_name(over)), printed)
                if phrase is not printed:
                    yield Found(value=phrase.text.strip(), page=phrase.page, words=phrase.words, trust=0.7)
                    continue
            if not insures and (by := _ARRANGED_BY.match(printed.text)) is not None:
                phrase = Phrase.of(printed.page, words_at(printed.words, by.end(), len(printed.text)))
            text = phrase.text.strip()
            broker = is_broker(text)
            if any(phrase.box == title.box for title in titled) or len(phrase.words) > 8 or _NO_COMPANY.search(text):
                continue
            if _NO_COMPANY.search(phrase.folded):  # a letter of Certificate that was recognised with an accent
                continue
            if insures == broker or not (broker or INSURES.search(text) or _COMPANY.search(text)):
                continue
            if not INSURES.search(text) and not broker:
                continue
            if text[:1].isupper() and is_party(text) and not is_address_line(text):
                found = text_found(phrase, trust=0.7)
                if found is not None:
                    yield found
