"""What people print beside the fields of certificates: one line a field, its labels parted by bars, the most telling first."""

from doctray.extraction.rules.labels import Vocabulary


def vocabulary(text: str) -> Vocabulary:
    """`key: label | label` a line; a line that is indented goes on with the one before."""
    entries = "".join(f" {line.strip()}" if line.startswith(" ") else f"\n{line}" for line in text.splitlines()).split("\n")
    pairs = (entry.split(":", 1) for entry in entries if entry.strip())
    return {key.strip(): tuple(label.strip() for label in labels.split("|")) for key, labels in pairs}


INSURANCE = vocabulary("""\
insured: name of the employee member | name of the insured member | name of the member | named insured | main policy holder | main
    policyholder | lead policyholder | principal insured | primary insured | main insured | lead insured | insured's code name | insured
    code name | name of insured | name of the insured | insured name | insured's name | name of policyholder | name of policy holder |
    event host named insured | event host | name of the proposer | name of the insured person |
    policyholder name | policyholder | policy holder | name of assured | insured party | insured person | insured | the insured | assured
    | name of the policyholder | name of employer | insured's full name and mailing address | insured's full name | named insured and
    mailing address | named insured and address | named insured s | insured s | name and address of insured | name and address of the
    insured | name and address of policyholder | insured name and address | insured details | insured company | insured business | insured
    member | insured entity | insured's details | first named insured | name of insured company | policyholder s | insured member name |
    the following insured member | proposer's name | policy owner | policy issued to | proposer name | name of proposer | proposer |
    insured persons | company name | business name | legal name and address of insured | legal name of insured | versicherungsnehmer |
    client name | client | employer | member name | customer name | participant name | applicant | insured member name | our client |
    insured member s | name of traveller | traveller name | lead traveller | traveller | traveler | adult | adult 1 | asegurado |
    tomador del seguro | tomador | assuré | souscripteur | preneur d'assurance | versicherter | contraente | assicurato | verzekeringnemer |
    verzekerde | segurado | nombre del asegurado | nombre del tomador | the insured party |
    tomador do seguro | legal name | name of policyholder employer
address: insured address | insured add | adresse du risque | adresse du souscripteur | correspondence | address of insured | policyholder
    address | mailing address | correspondence address | your address | business address | insured's address | postal address | registered
    address | insured mailing address | address of the insured | address of policyholder | policyholder's address | communication address
    | risk address | premises address | trading address | principal address | head office | registered office | domicilio | adresse |
    anschrift | indirizzo | adres | morada | insured property address |
    residence premises | address
insurer: name of insurer | name of insurance carrier | name of carrier | insurer name | insurance company | insurance carrier |
    authorised insurer | authorized insurer | the underwriter | the insurer | insurer | insurers | underwritten by | underwriter |
    carrier | insured by | insuring
    company | insurance provider | name of insurance company | authorised insurers | insurer s | underwriters | insurance company name
    | name of the insurer | insured with | insurers affording coverage | company affording coverage | issuing company | issuing insurer
    | security | company name and address | this card has been issued by | aseguradora | entidad aseguradora | compañía aseguradora |
    impresa assicuratrice |
    asegurador | assureur | compagnie d'assurance | versicherer | assicuratore | compagnia | verzekeraar | seguradora | company
producer: producer | agent details | insurance broker | broker | broker name | insurance agent | insurance agency | agency | agent |
    intermediary | agent broker | your broker | insurance advisor | producer name | agency company issuing card | agency name | agent name
    | brokerage | brokerage agency full name and mailing address | broker details | insurance intermediary | intermediary name | brokered
    by | arranged by | licensed agent of insurance carrier | your agent | broker agent | agency name and address | producer name contact
    person and address | corredor | mediador | courtier | vermittler | makler | tussenpersoon | corretor | broker of record
holder: certificate holder | certificate holder name | issued to | interested party | holder | certificate issued to | certificate
    holder name and mailing address | certificate holder name and address | name and address of certificate holder | name of third party |
    requested by | interested parties | interests noted | interest noted | noted interests | noted interest |
    name of certificate holder | certificate requested by | evidence holder |
    additional insured certificate holder | certificate holder additional insured | additional interest | mortgagee | mortgage company |
    loss payee |
    lienholder | lender | name and address of the entity requesting proof of coverage | entity requesting proof of coverage | name
    and address of the entity requesting proof | name and address
policy_number: policy number | policy numbers | policy no | policy nos | policy # | policy ref | policy reference | policy id | policy
    number s | contract number | your policy number | policy no certificate no | policy certificate no | policy certificate number |
    certificate policy no | policy reference number | open cover no | open policy no | master policy number | master policy no | group
    policy no | marine open policy no | marine policy no | policy contract number | contract no | group policy number | policy and
    certificate number | number of policy | polnr | vers nr | binder number | binder no | binder # | cover note no | cover note number |
    umr | unique market
    reference | cover note no | cover note number | pol no | policy number of entity listed in box 1a | policy number of entity |
    versicherungsschein nr | número de tu póliza | número de su póliza |
    certificate policy number | country code insurer s code number | número de póliza | nº de póliza | póliza nº
    | póliza no | póliza | numéro de contrat | n de contrat | contrat n | référence contrat | référence du contrat | n de police | police
    n | numéro de police | versicherungsscheinnummer | versicherungsnummer | policennummer | vertragsnummer | vertrags nr | numero di
    polizza | polizza n | polisnummer | número da apólice | apólice nº | policy
effective_date: period of insurance commences | period of insurance starts | period of cover commences | membership effective |
    effective date of the commencement of insurance for the purposes of the relevant law |
    effective date of commencement of insurance for the
    purpose of act | effective date of commencement of insurance for the purpose of the act | policy effective date | effective
    date | policy start date | commencement date | inception date | start date | date of commencement |
    date of commencement of insurance policy | date of commencement of insurance | date of commencement of cover |
    commencement date of cover | commencement of insurance | cover start date | effective from | valid from | your
    insurance starts at | effective date of the commencement of insurance | commencement date of period of insurance | coverage effective
    | coverage begins | effective | cover starts | policy effective | inception | start of cover | insurance start date | coverage start
    date | coverage effective date | policy from | period from | period start | policy begins | policy inception | policy inception date |
    effective date of commencement | policy commencement date | cover commences | cover from | insurance commences | date cover starts |
    commences | commencing date | commencing | eff date | effective date of policy | risk inception date | policy effective from | date of
    inception | start | fecha de efecto | vigencia desde | desde | efecto | date d'effet | prise d'effet | versicherungsbeginn |
    vertragsbeginn | beginn |
    gültig ab | decorrenza | travel start date | trip start date | start of trip | date of departure | departure date |
    effetto | ingangsdatum | início de vigência | início da vigência | this certificate is valid from | início | from
expiry_date: policy expiration date | period of insurance expires | period of insurance ends | membership expires | policy expiry date |
    expiration date | expiry date | policy end date | end date | date of expiry of insurance policy | date of expiry of insurance |
    date of expiry of cover | expiry date of cover | date
    of expiry | your insurance ends at | expires | valid until | valid to | expiration | expiry | cover ends | policy expiration | end of
    cover | cover end date | insurance end date | coverage end date | coverage expiration date | policy to | period to | period end |
    nächster ablauf | hauptfälligkeit | policy ends | policy expires on | policy expires | policy expiry | cover expires | cover to |
    until |
    insurance expires | date cover ends |
    expiry date of period of insurance | coverage ends | coverage end | exp date | renewal date | policy renewal date | expires on |
    expiring | valid till | expiring date | date of expiration of insurance | risk expiry date | date of expiration | end | fecha de
    vencimiento | vencimiento | vigencia hasta | hasta | date d'échéance | échéance | date d'expiration | versicherungsende |
    versicherungsablauf | vertragsablauf | vertragsende | ablauf | travel end date | trip end date | end of trip | date of return |
    return date |
    gültig bis | scadenza | einddatum | vervaldatum | término de vigência | término da vigência | fim de vigência | fin de vigencia |
    vencimento | to
period: policy period | period of insurance | period of cover | coverage period | insurance period | cover effective dates | coverage
    dates | policy term | policy dates | effective dates | dates of coverage | period of coverage | period of insurance cover | cover
    period | policy duration | term of policy | term of insurance | insurance term | policy period from to | policy effective dates |
    policy effective period | effective period | versicherungsdauer | event dates | event date | dates of event | period insured |
    currency of policy | validity | coverage | period | term | período de seguro | periodo de seguro | vigencia | vigência | période de
    garantie | période d'assurance | période de validité | versicherungszeitraum | vertragsdauer | periodo di assicurazione |
    verzekeringsperiode | duration
issue_date: issue date | date of issuance | policy issuance date |
    schedule issued | countersigned | date of issue | date issued | document issued | issued on | certificate date
    | date of certificate | issued date | date of issue of policy | policy issue date | certificate issue date | date prepared | date
    of this certificate | date certificate issued | print date | date printed | date of signature | issued | dated | policy issued on |
    fecha de emisión | fecha de expedición |
    date d'émission | fait le | ausstellungsdatum | ausgestellt am | data di emissione | datum van afgifte | data de
    emissão | date
certificate_number: certificate number | certificate no | certificate # | certificate ref | certificate reference | certificate id |
    policy no certificate no | policy certificate no | certificate reference number | cert no | evidence number | coi number | coc no |
    certificate of cover no | certificate policy no | certificate policy number | confirmation number | confirmation # | certificado no |
    número de certificado | attestation n | numéro d'attestation | document number
issuer: issued by | issuing agent | issuing office | certificate issued by
kind: type of insurance | type | plan name | plan | type of cover | cover type | policy type | class of insurance | type of policy |
    coverage type | policy name | class of cover | level of cover | class of business | class of policy | insurance type | type of
    coverage | art der versicherung | line of business | class of risk | policy class | insurance class | name of product | product
    name | class | cover | section insured | versicherungsart | ramo | línea | versicherte risiken | versichertes risiko |
    versicherungsart | riesgo asegurado | modalidad | objeto del seguro |
    type de contrat | soort
    verzekering | product | product type | insurance product
naic: naic | naic # | naic number | naic no | naic code | company number | company naic | naic company code
""")

INSURANCE_STOPS = vocabulary("""\
stop: coverages | limits | description of operations | cancellation | authorized representative | authorised signatory | vehicle |
    registration number | year | make | model | vin | premium | vehicle identification number | registration mark of vehicle | phone |
    email | contact | trade business | occupation | class of use | each occurrence | aggregate | authorized signature | limit of indemnity
    | limit of liability | sum insured | retroactive date | excess | deductible | business | business profession | profession | business
    description | description of business | territorial limits | situation | vessel | voyage | destination | insured vehicle |
    registration no | engine no | chassis no | make model | loan number | signature | jurisdiction | uen | abn | additional insured | form
    of business | renewal of | signed | insured location | insured property location | property address | property location | location of
    risk | risk location | described location | insured premises | location of premises | place of issue | telephone | fax | website |
    contact no | contact number | date of birth | passport number | passport no | covernote no | actividad asegurada | situación del
    riesgo | premium details | vat number | contract of sale | loan # | loan no | lenders loss payable | lenders loss payee |
    issuing office code | issuing office name |
    policy details | insured email | policy information | coverage summary | estipulante |
    corretor responsável | correo electrónico | código postal | trading name | company no | company reg no | company registration no
""")

COVERAGE_HEADINGS = vocabulary("""\
type: type of insurance | coverage parts | coverage part | policy type | coverage type | type of coverage | coverage | coverages |
    type of policy | cover | type of cover | class of insurance | line of coverage | section | insurance type | class | line of
    business | coverage line | insurance | type | description of coverage | insurance coverage | class of risk | class of policy |
    class of business | kind of insurance | insurance class | policy class | cover type | covers | lines of coverage | class of
    cover | description
policy_number: policy number | policy no | policy # | policy | policy ref | policy reference | certificate policy number | policy
    number s | policy nos | policy id | policy number and carrier | pol no | number
effective_date: policy eff | policy effective | policy effective date | policy eff date | effective date | effective | eff date |
    eff | start date | inception | inception date | from | policy start | start | commencement date | effective date yyyy mm dd |
    date from | commencement | policy start date
expiry_date: policy exp | policy exp date | policy expires on | policy expires | policy expiration | policy expiration date |
    expiration date | expiration | expires |
    exp date | exp | expiry date | expiry | end date | to | policy end | end | expiring | renewal date | date to | policy expiry |
    policy end date
period: policy period | period of insurance | period | coverage period | policy term | effective expiration | period of cover |
    insurance period | policy dates | dates | coverage dates | term | eff exp
insurer_letter: co ltr | ltr | insr ltr | co ltr | insr | insurer letter | co
insurer: insurer | insurance company | carrier | company | insurance carrier | underwriter | insurers | insurer name | provider
insurer_and_number: insurance company and policy number | insurer's name and policy number | insurer and policy number | company and
    policy number | insurer policy number | carrier policy number | insurer s name and policy number
limit: limits | limit | limit type | type of limit | limits of liability | limit of liability | limit of indemnity | sum insured | amount |
    coverage limit |
    coverage limits | each occurrence | aggregate | per occurrence | general aggregate | limit s | deductible | excess | indemnity
    limit | occurrence limit | aggregate limit | limits of insurance | coverage amount | amount of insurance | sums insured | amount
    insured | cover limit | limit amount | limits of cover | any one occurrence | each claim | per claim | combined single limit |
    all limits in thousands | amount of cover | liability limit | liability limits | level of cover | cover amount | benefit amount
ignored: premium | additional insured | addl insd | subr wvd | waiver | notes | remarks | status | conditions
""")

OTHER = vocabulary("""\
certificate_number: certificate number | certificate no | certificate # | certificate id | certification id | cert no |
    certification number |
    certification no | cert ref | credential id | credential number | serial number | serial no | registration number | registration no |
    diploma number | diploma no | award number | accession number | state file number | local file no | file no | file number |
    reference number | reference no | ref no | license number | licence number | document number | birth no | certificate code |
    certificate ref | certificate reference | unique certificate identifier | s l c no | t c no | leaving certificate no | cert
    number | cert id | certificate serial number | validation number | verification code | verification number | verification id |
    ecard code | card number | card no | membership no | membership number | member number | company number | company no | register
    number | register no | entry no | entry number | record number | control number | report number | report no | test report form
    number | certificate nr | rabies tag # | tag number | tag no | certificate verification code | credential no | enrolment number
    | completion id | validation no | código de verificação | código de verificación | código do certificado | código de validação |
    código del certificado | nº de registro | número de registro | registro nº | certificado nº | número del certificado | folio |
    attestato n | attestato nr | certificato n | protocollo n | numéro de certificat | n de certificat | attestation n |
    zertifikatsnummer | zertifikat nr | urkunde nr | urkundennummer | registernummer | certificaatnummer | certificaat nr | credential |
    our ref | reg no | serial | ref | reference
issue_date: issuance date | date of issuance | issuance date and time |
    date of issue | issue date | date issued | issued on | issued date | date of award | award date | date awarded | awarded
    on | date of completion | completion date | completed on | date completed | date of training | training date | course date |
    date of certification | certification date | given on | date certified | certification date | induction date | report date |
    date of report | date of registration | date filed by registrar | date filed | date of achievement | achievement date | date
    earned | certified on | date of certificate | date achieved | date passed | test date | date of test | date of examination |
    examination date | date of attendance | attendance date | issue | certified since | date of signature | date signed | date
    vaccinated | date of election | date of inspection | date of evaluation | evaluation date | evaluated | evaluated on | date of
    assessment | assessment date | date of calibration | calibration date | date admitted | date conferred | granted on | conferred
    on | printed on | date printed | drawn up on the | drawn up on | dressé le | data de conclusão | data de emissão | fecha de emisión |
    fecha de expedición | fecha de finalización |
    date d'émission | date de délivrance | délivré le | data di rilascio | rilasciato il | ausstellungsdatum | ausgestellt am |
    datum van afgifte | afgiftedatum | dated | issued | dates | fecha | datum | data | date
expiry_date: expiry date | date of expiry | expiration date | date of expiration | valid until | valid till | valid through | valid
    thru | valid to | expires on | expires | expiry | expiration | renewal date | good through | recertification date | renew by |
    certificate expiry date | certificate expiration date | recommended renewal date | valid up to | vaccination expires | valid for
    use until | certification expires | certification valid through | certification expiration date | date of renewal | next due date |
    calibration due | next calibration due | due date | validity date | expire date | end of validity | certificate valid until | re
    evaluation due | re evaluation date | next evaluation due | refresher due | recertification due | renewal due | recommended renewal
    | retraining due | gültig bis | válido hasta | fecha de vencimiento | valable jusqu'au | date d'expiration | valido fino al | scadenza |
    válido até | data de validade | geldig tot | certificate expires
recipient_name: name and surname | surname and name | surname s and forename s | surname s and given name s | name of recipient |
    recipient name | recipient | student name | name of student | name of the pupil | name of pupil | student | participant name | name of
    participant | participant | beneficiary name | name of beneficiary | beneficiary's name | candidate name | name of candidate |
    candidate | trainee name | trainee | learner name | learner | delegate | attendee | employee name | patient name | name of patient |
    patient | name of child | child name | child's name | full name of child | name of trainee | name of learner | name of delegate |
    delegate name | name of attendee | attendee name | name of employee | name of holder | student's name | participant's name | patient's
    name | candidate's name | trainee's name | name of the student | name of the candidate | name of the participant | applicant name |
    member name | holder's name | pet name | pet's name | animal's name | certificate holder | certified person | name of deceased | name
    of person | registrant | operator | name of operator | operator name | exporter | first name and surname | customer name | customer |
    client | owner | holder name | full name | awarded to | presented to | issued to | granted to | certificate awarded to | operator's
    name | driver name | name of driver | this is to certify that | name of the child | nombre y apellidos | nombres y apellidos |
    nombre del participante | nombre del alumno | participante | alumno | nom et prénom | nom et prénoms | nom du participant |
    bénéficiaire | stagiaire | nome e cognome | partecipante | cognome e nome | nome do participante | nome do aluno | aluno | teilnehmer |
    teilnehmerin | teilnehmer in | vor und nachname | name vorname | naam deelnemer | deelnemer | nombre | nom | nome | naam | name
subject: course title | course name | name of course | title of course | training course | training type | training title | training
    program | program title | programme title | program name | programme name | qualification | workshop | module | course | program |
    programme | training | topic | award title | name of vaccine | vaccine name | vaccine prophylaxis | title of training | name of
    training | name of the course | name of program | name of programme | title of programme | course description | training topic |
    seminar | webinar | event title | event name | name of event | title of activity | activity title | qualification title | degree |
    degree title | field of study | discipline | specialization | specialisation | subject | unit title | instrument | equipment | item
    calibrated | description of instrument | scope of certification | standard | event | activity | session | vaccine | type of
    equipment | equipment type | type of truck s | type of truck | truck type | nombre del curso | título del curso |
    intitulé de la formation |
    intitulé du stage | intitulé | titolo del corso | nome do curso | título do curso | titel der veranstaltung | kurstitel | thema |
    naam cursus | curso | corso | formation | kurs | lehrgang | cursus | opleiding | vaccination against
issuer_name: issued by | issued at the office of | issuing authority | issuing organization | issuing organisation | issuing body |
    training provider | provider name | provider | awarded by | awarding body | conducted by | delivered by | organised by | organized by
    | institution | organization | organisation | school | school name | name of school | certifying body | certificate issuer | training
    center name | training centre name | training center | training centre | name of institution | name of issuing authority |
    certification body | awarding organisation | awarding organization | sponsor | presented by | test centre | examining body | issuing
    office | training organisation | training organization | registered training organisation | course provider | clinic | clinic name |
    trained by | evaluated by | name of provider | administering centre | administering center | vaccination centre | training company |
    company issuing certificate | civil status registry of | civil registry of | organismo emisor |
    entidad organizadora | organisme de formation | ente erogatore | instituição |
    veranstalter | ausstellende stelle | opleider | issuer
""")

OTHER_STOPS = vocabulary("""\
unwanted: date of birth | birth date | dob | signature | authorized signature | instructor | instructor signature | location | training
    location | place | customer company | company | score | grade | hours | duration | director | principal | registrar | president |
    chairman | sex | lot number | product name manufacturer | dose | venue | cpd hours | job title | employer | trainer | result | place
    of birth | city of birth | name of mother | name of father | mother's maiden name | father's name | mother's name | instructor name |
    trainer name | owner's name | species | candidate number | overall level | certificate url | length | total hours | instructors |
    gender | nationality | id number | passport number | credits | contact hours | number of hours | officiant | member state of
    vaccination | disease or agent targeted | date of vaccination | number in a series of doses | vaccine medicinal product | beneficiary
    details | vaccination details | vaccinated by | vaccination at | vaccination status | parent guardian | authorised signatory |
    authorized signatory | assessor | examiner | address
""")

NAME_PARTS = vocabulary("""\
first: first name | given name | given names | forename | first
middle: middle name | middle initial | middle | mi
last: last name | surname | family name | last
""")
