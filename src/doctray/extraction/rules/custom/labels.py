"""What a property of a caller's schema may be called in print: its title, its name, its description, and common words for the same."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from doctray.extraction.custom_answer import is_list, items_of, properties
from doctray.extraction.json_pointer import escaped
from doctray.extraction.parse import fold

Schema = Mapping[str, Any]

DEEPEST = 6
"""Levels of objects and lists that are looked for."""

MOST = 24
"""Labels of one property."""

_SAME: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split(", "))
    for line in """
total, grand total, total amount, total due, amount due, balance due, total payable, amount payable, rounded total, net total, sum
grand total, total incl gst, total incl vat, total incl tax, total inclusive gst, total inclusive of gst, total including tax
subtotal, sub total, net amount, net, total excl gst, total excl vat, total before tax
tax, vat, gst, sales tax, tax amount, vat amount, gst amount, total tax, total gst, total vat
quantity, qty, qnty, quant, count, units, pcs
description, item, item description, particulars, product, product description, details, desc, article, service, goods, item name
unit price, price, rate, unit cost, price each, price per unit, u price, unit rate
amount, line total, total, total price, line amount, net amount, value, amt, extended price
position, pos, line, line number, item number, sl no, s no, sr no, number, no, #
sku, item code, code, article number, part number, product code, item number, stock code
discount, disc, rebate
currency, currency code, ccy
invoice number, invoice, inv no, bill number, tax invoice number, document number
order number, purchase order, purchase order number, po number, po, order, order id
receipt number, receipt, slip number, bill number, transaction number
account number, acct no, a c no, account, acc number
reference, reference number, ref, our reference, your reference, ref number
invoice date, date of invoice, date, issue date, date issued, bill date, tax date, dated
issue date, date of issue, issued, issued on, date issued, dated, date
due date, payment due, payment due date, pay by, due, date due, due by
start date, from, effective date, commencement date, begin date, starts, start, valid from, period from
end date, to, until, expiry date, ends, end, valid to, valid until, date to, period to
expiry date, expiration date, expires, expires on, date of expiry, valid until, exp date, expiry, valid thru
date of birth, dob, birth date, born, birthdate, birthday
phone, telephone, tel, phone number, telephone number, tel no, contact number, mobile, mobile number, cell
fax, fax number, facsimile
email, e mail, email address, e mail address, mail
website, web, url, web site, homepage, internet, www
postcode, postal code, zip, zip code, post code, plz
city, town, city town, place
state, province, region, county
street, street address, address line 1, address
address, addr, street address, mailing address, postal address, full address
country, nation
name, full name, name in full
first name, given name, given names, forename, forenames, fname, christian name
last name, surname, family name, lname
customer, customer name, client, client name, buyer, bill to, billed to, sold to, purchaser, invoice to, account name
vendor, supplier, seller, vendor name, supplier name, merchant, merchant name, store, shop, from, sold by, company, company name
company, company name, business name, organisation, organization, employer, firm, trading name
gender, sex
nationality, citizenship
occupation, profession, job title, position, title, role
employee, employee name, staff name, name of employee
patient, patient name, name of patient
student, student name, name of student, pupil
teacher, instructor, trainer, lecturer, tutor
signature, signed, signed by, sign
payment method, method of payment, payment type, paid by, payment, mode of payment, tender
payment terms, terms, terms of payment
iban, iban number, bank account
bic, swift, swift code, bic swift
tax id, vat number, vat reg no, gst number, gst id, gst reg no, tin, ein, tax number, vat id, abn, ust idnr
time, hour, at
notes, remarks, comments, comment, note, remark
status, state, condition
weight, wt, gross weight, net weight, mass
vehicle registration, registration number, reg no, plate number, license plate, registration mark, number plate
""".strip().split("\n")
)
"""Labels that ask for the same thing; the first of each is what it is mostly called. A label may stand in several."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "number": ("no", "#", "num", "nr", "id"),
    "num": ("number", "no", "#"),
    "no": ("number", "#"),
    "id": ("number", "no", "#"),
    "qty": ("quantity",),
    "quantity": ("qty",),
    "amount": ("amt", "total"),
    "telephone": ("tel", "phone"),
    "reference": ("ref",),
    "registration": ("reg",),
    "expiration": ("expiry",),
    "expiry": ("expiration",),
    "organization": ("organisation",),
    "organisation": ("organization",),
    "percentage": ("percent", "rate"),
    "percent": ("%", "rate"),
}
"""Words within a label that are printed otherwise."""

_FILLER = re.compile(r"^(?:the|a|an|name of the|number of the)\s+", re.IGNORECASE)
_EXPLAINS = re.compile(
    r"^(?:e\.?g\.?|i\.?e\.?|such as|as |in |of |for |the |a |an |one of|iso|format|whether|if |number of )", re.IGNORECASE
)


def labels_of(schema: Schema, pointer: str = "") -> dict[str, list[str]]:
    """JSON Pointer of every property that holds a value, or a list of values → what it may be called, the most telling first.

    Properties of entries of lists are left out: they are looked for by themselves. A word that one property is itself called is no
    other word for the next one: beside `net_amount`, a `subtotal` is not called "net amount".
    """
    named = list(_named(schema, pointer, 0))
    owners = {one: at for at, name, child in reversed(named) for one in (*_own_variants(name, child), *own_names(name, child))}
    out = {at: [one for one in names_of(name, child) if owners.get(one, at) == at] for at, name, child in named}
    return {at: names for at, names in out.items() if names}


def _named(schema: Schema, pointer: str, depth: int) -> Iterator[tuple[str, str, Schema]]:
    """(JSON Pointer, name, schema) of every property that holds a value or a list of values."""
    for name, child in properties(schema).items():
        at = f"{pointer}/{escaped(name)}"
        if properties(child):
            if depth < DEEPEST:
                yield from _named(child, at, depth + 1)
        elif not (is_list(child) and properties(items_of(child))):
            yield at, name, child


def names_of(name: str, schema: Schema) -> list[str]:
    """Labels of one property, folded: its own names first, then variants of their words, then other words for the same."""
    own, varied = own_names(name, schema), _own_variants(name, schema)
    same = [other for one in (*own, *varied) for group in _SAME if one in group for other in (group[0], *group)]
    return list(dict.fromkeys((*own, *varied, *same, *(other for one in same for other in _variants(one)))))[:MOST]


def own_names(name: str, schema: Schema) -> list[str]:
    """What the schema itself calls the property: title, spoken name, and what its description begins with or puts in quotes."""
    title, description = schema.get("title"), schema.get("description")
    names = [title] if isinstance(title, str) else []
    names.append(spoken(name))
    if isinstance(description, str):
        names += re.findall(r"[\"'“”‘’]([^\"'“”‘’]{2,40})[\"'“”‘’]", description)
        head = _FILLER.sub("", re.split(r"[.,;:(\n]", description)[0].strip())
        names += [head] if 0 < len(head.split()) <= 5 and not _EXPLAINS.match(head) else []
    if is_list(schema):
        names += [singular for one in names if (singular := _singular(one)) != one]
    return [folded for one in dict.fromkeys(names) if (folded := fold(one))]


def _own_variants(name: str, schema: Schema) -> list[str]:
    return [other for one in own_names(name, schema) for other in _variants(one)]


def spoken(name: str) -> str:
    """policyNumber, policy_number, PolicyNo2 → words parted by spaces."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"[\s_\-.]+", " ", parted).strip()


def _variants(label: str) -> Iterable[str]:
    words = label.split()
    if len(words) > 5:
        return ()
    choices = [(word, *_WORDS.get(word, ())) for word in words]
    out = [" ".join(choice) for choice in product(*choices)]
    if len(words) > 1 and words[-1] in ("name", "value", "field", "text"):
        out.append(" ".join(words[:-1]))
    if "date" in words and len(words) == 2:
        other = next(word for word in words if word != "date") if words != ["date", "date"] else "date"
        out += [f"date of {other}", f"date {other}", f"{other} date"]
    return [one for one in out if one != label]


def _singular(label: str) -> str:
    return re.sub(r"ies$", "y", label) if label.endswith("ies") else re.sub(r"(?<=[^s])s$", "", label)
