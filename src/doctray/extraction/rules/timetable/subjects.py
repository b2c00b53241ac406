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
SUBJECT_WORDS = frozenset(_WORDS.split())
"""Words that are in names of lessons and not in names of people."""
