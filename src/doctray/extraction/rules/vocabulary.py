"""What people print beside the fields of certificates: one line a field, its labels parted by bars, the most telling first."""

from doctray.extraction.rules.labels import Vocabulary


def vocabulary(text: str) -> Vocabulary:
    """`key: label | label` a line; a line that is indented goes on with the one before."""
    entries = "".join(f" {line.strip()}" if line.startswith(" ") else f"\n{line}" for line in text.splitlines()).split("\n")
    pairs = (entry.split(":", 1) for entry in entries if entry.strip())
    return {key.strip(): tuple(label.strip() for label in labels.split("|")) for key, labels in pairs}


INSURANCE = vocabulary("""\
insured: named insured | name of insured | name of the insured | insured name | insured's name | name of policyholder | name of
    policy holder | policyholder name | policyholder | policy holder | name of assured | insured party | insured person |
    insured | the insured | assured | name of the policyholder | company name | business name | client name | client
address: insured address | address of insured | policyholder address | mailing address | correspondence address | your address |
    business address | insured's address | postal address | address
insurer: name of insurer | insurer name | insurance company | insurance carrier | authorised insurer | authorized insurer |
    insurer | insurers | underwritten by | underwriter | carrier | insured by | insuring company | insurance provider | name of
    insurance company | company
producer: producer | insurance broker | broker | broker name | insurance agent | insurance agency | agency | agent |
    intermediary | agent broker | your broker | insurance advisor | producer name | agency company issuing card
holder: certificate holder | certificate holder name | issued to | interested party | holder | certificate issued to
policy_number: policy number | policy numbers | policy no | policy nos | policy # | policy ref | policy reference | policy id |
    policy number s | contract number | your policy number
effective_date: effective date of the commencement of insurance for the purposes of the relevant law |
    policy effective date | effective date | policy start date | commencement date | inception date | start date |
    date of commencement | date of commencement of insurance policy | date of commencement of insurance | commencement of
    insurance | cover start date | effective from | valid from | your insurance starts at | effective date of the commencement
    of insurance | effective | cover starts | policy effective | inception | start of cover | insurance start date | from
expiry_date: policy expiration date | policy expiry date | expiration date | expiry date | policy end date | end date | date of
    expiry of insurance policy | date of expiry of insurance | date of expiry | your insurance ends at | expires | valid until |
    valid to | expiration | expiry | cover ends | policy expiration | end of cover | cover end date | insurance end date | to
period: policy period | period of insurance | period of cover | coverage period | insurance period | cover effective dates |
    coverage dates | policy term | policy dates | effective dates | dates of coverage | period of coverage | validity | coverage
    | period | term
issue_date: issue date | date of issue | date issued | document issued | issued on | certificate date | date of certificate |
    issued | dated | date
certificate_number: certificate number | certificate no | certificate # | certificate ref | certificate reference | certificate
    id
kind: type of insurance | type of cover | cover type | policy type | class of insurance | type of policy | coverage type |
    policy name | class of cover | level of cover | cover | product
naic: naic | naic # | naic number | naic no | naic code | company number
""")

INSURANCE_STOPS = vocabulary("""\
stop: coverages | limits | description of operations | cancellation | authorized representative | authorised signatory | vehicle
    | registration number | year | make | model | vin | premium | vehicle identification number | registration mark of vehicle |
    phone | email | contact | trade business | occupation | class of use | each occurrence | aggregate | authorized signature
""")

COVERAGE_HEADINGS = vocabulary("""\
type: type of insurance | policy type | coverage type | type of coverage | coverage | coverages | type of policy | cover | type
    of cover | class of insurance | line of coverage | section | insurance type | class | line of business | coverage line |
    insurance | type | description of coverage | insurance coverage
policy_number: policy number | policy no | policy # | policy | policy ref | policy reference | certificate policy number |
    policy number s | number
effective_date: policy eff | policy effective | policy effective date | effective date | effective | eff date | eff | start date
    | inception | inception date | from | policy start | start | commencement date
expiry_date: policy exp | policy expiration | policy expiration date | expiration date | expiration | expires | exp date | exp |
    expiry date | expiry | end date | to | policy end | end | expiring
period: policy period | period of insurance | period | coverage period | policy term | effective expiration
insurer_letter: ltr | insr ltr | co ltr | insr | insurer letter | co
insurer: insurer | insurance company | carrier | company | insurance carrier | underwriter | insurers
limit: limits | limit | limits of liability | limit of liability | limit of indemnity | sum insured | amount | coverage limit |
    coverage limits | each occurrence | aggregate | per occurrence | general aggregate | limit s | deductible | excess |
    indemnity limit | occurrence limit | aggregate limit | limits of insurance | coverage amount
ignored: premium | additional insured | addl insd | subr wvd | waiver | notes | remarks | status
""")

OTHER = vocabulary("""\
certificate_number: certificate number | certificate no | certificate # | certificate id | cert no | certification number |
    certification no | credential id | credential number | serial number | serial no | registration number | registration no |
    diploma number | diploma no | award number | accession number | state file number | local file no | file no | file number |
    reference number | reference no | ref no | license number | licence number | document number | birth no | certificate code
issue_date: date of issue | issue date | date issued | issued on | issued date | date of award | award date | date awarded |
    awarded on | date of completion | completion date | completed on | date completed | date of training | training date |
    course date | date of certification | certification date | given on | dated | issued | date
expiry_date: expiry date | date of expiry | expiration date | date of expiration | valid until | valid till | valid through |
    valid thru | valid to | expires on | expires | expiry | expiration | renewal date | good through | recertification date |
    renew by
recipient_name: name and surname | surname and name |
    name of recipient | recipient name | recipient | student name | name of student | participant name | name of
    participant | participant | candidate name | name of candidate | candidate | trainee name | trainee | learner name | learner
    | delegate | attendee | employee name | patient name | name of patient | name of child | child name | name of holder |
    holder name | full name | awarded to | presented to | name
subject: course title | course name | name of course | title of course | training course | training type | training title |
    training program | program name | programme name | qualification | workshop | module | course | program | programme |
    training | topic | award title | name of vaccine | vaccine name | vaccine | vaccination against
issuer_name: issued by | issuing authority | issuing organization | issuing organisation | issuing body | training provider |
    provider name | provider | awarded by | awarding body | conducted by | delivered by | organised by | organized by |
    institution | organization | organisation | school name | name of school | certifying body
""")

OTHER_STOPS = vocabulary("""\
unwanted: date of birth | birth date | dob | signature | authorized signature | instructor | instructor signature | location |
    training location | place | customer | customer company | company | score | grade | hours | duration | director | principal
    | registrar | president | chairman | sex | lot number | product name manufacturer | dose
""")

NAME_PARTS = vocabulary("""\
first: first name | given name | given names | forename | first
middle: middle name | middle initial | middle | mi
last: last name | surname | family name | last
""")
