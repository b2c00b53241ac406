"""Words that are in names of lessons, and in no names of people."""

_WORDS = """
    academic accounting activity activities advanced agriculture algebra algorithms analysis analytics anatomy and
    applied architecture art arts assembly astronomy basic basics biology block break business calculus care chemistry circuits
    citizenship civics civil class club clubs commerce communication communications community comprehension computer computing
    concepts construction control cooking craft creative data databases design development digital drama drawing drive economics
    education electrical electronics elective engineering english environment environmental ethics european exam exercise
    experimental finance fine fitness food foundation foundations free french fundamentals further games general geography geology
    geometry german grammar graphics group guidance hall handwriting health history home humanities hour human industrial
    information innovation intelligence international introduction it italian jazz journal kinesiology knowledge lab laboratory
    language languages latin law learning lecture lesson library life linear literacy literature logic lunch machine management
    maths math mathematical mathematics mechanical mechanics media mentoring methods modern morning music natural network networks
    numeracy number operating operations optional organic oral outdoor paint personal philosophy phonics photography physical
    physics play poetry political politics practical practice presentation principles private probability problem process production
    professional programming project psychology public quantitative quantum reading real registration religion religious research
    revision robotics science sciences security self seminar session shared skills slot social society sociology software songs spanish
    special spelling sport sports statistics statistical story structures swimming studies study system systems tea teaching
    technical technologies technology test theatre theory thermal thinking time topic topics training transport tutorial tutor
    visual vocabulary web welfare wellbeing whole work workshop world writing yoga
"""
_OTHER_WORDS = """
    administración administração agama álgebra algebra algoritmos análisis análise analyse ambiental anglais anglické artes artística
    aplicaciones aplicações aprendizagem arquitectura arquitetura arte atividade automatica bahasa base bases biologi biologia
    biología biologie bildnerische calcul cálculo calcolo chemie chimica chimie ciencia ciencias ciência ciências cinématique circuitos
    computación computação computacional contabilidad contabilidade cultura datos dados deporte derecho desarrollo desenvolvimento
    deutsch dibujo diritto didáctica diseño disegno droit économie ecología economia economía educación educação educazione edebiyat
    electrónica electronique eletrônica elettronica empresa empresas englisch ensino entornos enseignement ergänzung español española
    español estadística estatística estructura estructuras estrutura estruturas éthique ethik ética etica expresión fen filosofía
    filosofia fisica física fizik fizika fisika français französisch francés fundamentos gastronomía geografi geografía geografia
    geographie géographie geometría geometria gestión gestão gimnastyka grammaire gramática guía hardware hemija hisab historia história
    histoire historie história história idioma idiomas inferencia información informação informatica informática informatik informatika
    informatique ingeniería engenharia inglés inglês inglese ingilizce ingles introducción introdução investigación istoria italiano jazyk
    kemija kimia kimya kunst laboratorio laboratório langue langues lectura leitura lengua lenguaje língua linguagem lingua literatura
    littérature lógica logik logique marcas matemática matemáticas matemática matematica matematika matematik matematyka mathematik
    mathématiques matemàtiques materiales mecánica mecânica méthodes metodología metodologia móviles moviles musica música musique musik
    musik naturelles oral orientação orientación pemrograman pendidikan pengantar philosophie physik physique polski portuguesa português
    práctica prática praktikum práce proceso procesos processos programación programação programiranje programmation programmazione
    projeto proyecto proyectos projekt psicología psicologia psychologie química quimica redes réseaux religião religione religión
    religion religija sains sastra sciences scienze sécurité seguridad segurança sejarah servicios servidor sistemas sistema sociales
    sociología sociologia software sociální sosiologi sport sportul statistik statistique statistica systèmes técnica técnicas tecnología
    tecnologia tecnologías tecnologie teknologi tělocvik teoría teoria thermodynamique trabajo trabalho turkçe türkçe tutoría tutoria
    vlastivěda wiskunde wirtschaft výchova werken wychowanie zajęcia zeichnen
"""
SUBJECT_WORDS = frozenset((*_WORDS.split(), *_OTHER_WORDS.split()))
"""Words that are in names of lessons and not in names of people."""
