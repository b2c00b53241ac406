"""Turns of phrase of certificates in other languages: to whom, what was done, what leads on to its name and what follows it.

German, French, Spanish, Portuguese, Italian and Dutch.

Patterns and parts of patterns for the modules that read names, subjects and dates.
"""

import re

from doctray.extraction.grounding import Found

TO_WHOM = (
    r"(?:attest(?:e|ons|ent)|certifi(?:ons|ent|ée?)|déclar(?:e|ons)) que|(?:si )?(?:attesta|certifica|dichiara) che|"
    r"(?:atest(?:a|amos)|declara(?:mos)?|certifico|hace(?:mos)? constar|acredita(?:mos)?) que|"
    r"(?:bescheinig(?:t|en)|bestätig(?:t|en))(?: (?:wir|hiermit|hierdurch)){0,2},? dass|verkla(?:art|ren)(?: (?:wij|hierbij)){0,2} dat|"
    r"(?:conferido|outorgado|concedido|rilasciato|conferito) a|(?:uitgereikt|toegekend) aan|(?:délivrée?|remise?|attribuée?) à|"
    r"überreicht an"
)
"""Words that a name follows, perhaps after an article."""

ARTICLE_BEFORE_NAME = r"(?:(?:il|lo|la|el|le|o|a|de heer|mevrouw) (?=(?-i:[A-ZÀ-Þ])))?"

NAME_ENDS = (
    r"(?-i:ha|heeft)|a (?:suivi|participé|assisté|complété|réussi|terminé|validé|achevé|effectué|obtenu)|"
    r"participou|concluiu|frequentou|completou|cursou|participó|completó|concluyó|aprobó|asistió|cursó|"
    r"con (?:dni|nif|nie|c[ée]dula|documento|rut|matr[íi]cula|c\.? ?c)|portador\w*|identificad[oa]|née? le|née? à|nat[oa] (?:a|il)|"
    r"nacid[oa]|nascid[oa]|geboren|geb\.|inscrit[oa]"
)
"""What goes on after a name in its line."""

_WELL = (
    r"(?: (?:avec (?:succès|assiduité|mention)|con (?:éxito|aprovechamiento|successo|profitto|esito positivo)|"
    r"com (?:êxito|sucesso|aproveitamento)|satisfactoriamente|exitosamente))?"
)
DID = (
    rf"(?:(?:a|pour avoir) (?:suivi|participé|assisté|complété|réussi|terminé|validé|achevé|effectué){_WELL}(?: (?:à|au|aux|en))?|"
    rf"(?:ha|por haber) (?:participado|asistido|completado|superado|finalizado|aprobado|realizado|concluido|cursado|"
    rf"culminado){_WELL}(?: (?:en|al?))?|"
    rf"(?:participó|asistió|completó|concluyó|aprobó|cursó|culminó){_WELL}(?: (?:en|al?))?|"
    rf"(?:participou|concluiu|frequentou|completou|cursou|assistiu){_WELL}(?: (?:d[aeo]s?|n[ao]s?|em|à|ao))?|"
    rf"(?:ha|per aver) (?:partecipato|frequentato|completato|superato|terminato|seguito){_WELL}(?: (?:al?|alla|allo|alle|ai|agli))?|"
    r"heeft (?:deelgenomen aan|bijgewoond)|(?:pour|por|pela|per)(?: (?:sa|su|la|sua))? (?:participation|participación|participação|"
    r"partecipazione|asistencia) (?:à|au|aux|en|na|no|em|al?|alla))"
    r"(?![^\W\d_])\s*(?:(?:la|les?|los|las|el|il|lo|i|gli|o|os|as|de|het|une?|una|uma?|een)\s+)?"
)
"""What somebody did, up to the article of what he did it in."""

DONE = re.compile(DID, re.IGNORECASE)

_EVENT = (
    r"(?:kurs|lehrgang|seminar|workshop|webinar|schulung|fortbildung|weiterbildung|veranstaltung|tagung|lehrveranstaltung|training|"
    r"formation|cours|stage|colloque|atelier|séminaire|conférence|journée d['’]étude|congrès|parcours|"
    r"curso|taller|seminario|congreso|jornadas?|diplomado|conferencia|programa|módulo|evento|oficina|palestra|minicurso|treinamento|"
    r"corso|convegno|laboratorio|cursus|opleiding|studiedag|bijeenkomst)"
)
_LED_BY = (
    r"(?: (?:de formación|di formazione|di aggiornamento|de formation|em linha|en línea|online|virtual|intitulad[oa]|titulad[oa]|"
    r"intitulée?|dal titolo|"
    r"getiteld|mit dem (?:thema|titel)|zum thema|sobre|sur|su|over|über|de|di|em))*"
)
LEAD = re.compile(rf"(?!(?-i:[A-ZÀ-Þ])\w+ (?:de|di) ){_EVENT}{_LED_BY}[\s:]+(?=(?-i:[A-ZÀ-Þ0-9\"“«„]))", re.IGNORECASE)
"""The kind of event before its name: la formation : Habilitation électrique; in capitals it may be part of it (Curso de Botánica)."""

QUOTED = re.compile(rf"\b{_EVENT}{_LED_BY} ?:? [\"“«„](?P<what>[^\"“”«»„]{{3,120}})[\"”»“]", re.IGNORECASE)
"""An event named in quotation marks."""

WHEN = r"\b(?:(?:no|en el) per[ií]odo\b|(?:nos? dias?|du|del|dal|vom|am|le|il|op|em|el día|los días) (?=\d))"
"""The day or days of an event, after its name."""

SUBJECT_ENDS = (
    r",? qui s['’]est\b|,? (?:tenue?|organisée?|dispensée?|impartid[oa]|celebrad[oa]|organizad[oa]|promovid[oa]|ministrad[oa]|"
    r"realizad[oa]|svolto(?:si)?|tenuto(?:si)?|organizzato|gehouden|durchgeführt)\b|"
    r",? (?:della durata|con una (?:duración|carga)|con (?:duración|carga)|com (?:carga|duração)|pour une durée|d['’]une durée|im umfang|"
    rf"mit einem umfang)\b|{WHEN}"
)
"""What is said of an event after its name: who held it, when, and how long it was."""

BY = (
    r"(?:organisée?|dispensée?|délivrée?|proposée?) par|(?:organizad|promovid|ministrad|oferecid|emitid|expedid|impartid|"
    r"otorgad)[oa] p(?:or|el[oa])|"
    r"(?:organizzato|rilasciato|tenuto|promosso) (?:da|dal|dalla|dall['’])|(?:durchgeführt|ausgestellt|veranstaltet) (?:von|vom)(?: der|"
    r" dem)?|"
    r"(?:georganiseerd|verzorgd|uitgegeven) door"
)
"""Words that a name of who issues or holds follows."""

BORN = re.compile(r"(?:geb(?:oren|\.)|née?|nat[oa]|nacid[oa]|nascid[oa]|born)\b", re.IGNORECASE)
"""How a line begins that tells of somebody's birth, between the name and what was done."""

PLACED = re.compile(
    r"(?:(?:fait|dado|emitido|expedid[oa]|gegeben|afgegeven)(?: (?:à|en|em|in|zu|te))? |en )?"
    r"(?-i:[A-ZÀ-Þ])[^\W\d_]+(?:[ \-'’][^\W\d_]+){0,3}(?: \((?-i:[A-Z]{2})\))?"
    r"(?:, ?(?:den|le|a|ai|il|li|lì|em|op)?|,? (?:den|le|lì|il)) ?",
    re.IGNORECASE,
)
"""Where a paper was signed, before the date: Odertal, den | Fait à Paris, le | Verona,"""


def unquoted(found: Found) -> Found:
    """Without the quotation marks around it."""
    value = str(found.value).strip(" ,;").strip('"“”«»„ ')
    return found if value == found.value else Found(value=value, page=found.page, words=found.words, doubts=found.doubts, trust=found.trust)


def leads_over(text: str) -> bool:
    """Whether a line's end only leads over to the name of an event in the next: al convegno, la formation :"""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return bool(words) and all(word in _ARTICLES or _AN_EVENT.fullmatch(word) for word in words)


_AN_EVENT = re.compile(_EVENT)
_ARTICLES = frozenset(
    re.findall(
        r"\w+",
        """la le les los las el il lo al alla o os as do da de di du het een un une una um uma dem der den einem einer formación formazione
        aggiornamento formation intitulado titulado intitulé intitulée dal titolo getiteld mit thema titel zum sobre sur""",
    )
)
