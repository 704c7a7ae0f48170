"""What texts say that try to move their grader, as patterns. Each repetition is bounded: the time grows with the text.

They are narrow on purpose. An ordinary answer about grading, judges or prompts must not match, and a new wording of an
attack may well: a flag is a reason to look, its absence proves nothing.
"""

import re

_ROLE = r"(?:graders?|judges?|evaluators?|examiners?|raters?|assessors?|reviewers?|scoring (?:model|system))"
_ANSWER = r"(?:answers?|responses?|outputs?|submissions?|repl(?:y|ies)|solutions?)"
_BEST = r"(?:full|maximum|max|highest|perfect|top|best|passing|full[- ]marks?|100|10|5|yes|correct|pass)"
_GAP = r"(?:\W{1,3}\w{1,20}){0,4}?\W{1,3}"
"""Up to four words."""

ADDRESSES = (
    # A word to the grader: "Note to the AI judge:", "Dear evaluator, ...".
    (
        rf"\b(?:notes?|messages?|instructions?|attention|memo|hints?|warning)\W{{1,3}}(?:(?:to|for)\W)?"
        rf"(?:(?:the|all|any|my)\W)?(?:(?:ai|llm|automated|human)\W)?{_ROLE}\s?[:,\-\u2014\u2013!]"
    ),
    r"\b(?:dear|hello|hey)\W{1,3}(?:(?:ai|llm|automated)\W)?(?:graders?|evaluators?|examiners?|raters?|assessors?)\b",
    rf"\bas (?:an?|the) (?:\w{{1,20}} )?{_ROLE}\b[^.\n]{{0,60}}\b(?:full|highest|perfect|top) (?:score|mark|level)",
    rf"\byou are (?:now an?|(?:an?|the) (?:ai|llm|lenient|generous|forgiving|automated)) (?:\w{{1,20}} )?{_ROLE}\b",
    r"\bif you are (?:grading|judging|evaluating|scoring) this\b",
    # Away with the rubric.
    (
        rf"\b(?:ignore|disregard|forget|override|bypass)\b{_GAP}(?:previous|prior|above|earlier|preceding|system|your)"
        rf"{_GAP}(?:instructions?|rubric|criteria|guidelines?|prompts?|rules|directions?)\b"
    ),
    r"\b(?:ignore|disregard|forget|override|bypass)\W(?:the|this|any|all|your|that)\W(?:\w+\W)?(?:rubric|criteria)\b",
    # What it should give.
    (
        rf"\b(?:give|award|assign|rate|score|grade|mark|judge|choose|evaluate)\W(?:this|the above|my|it)\W"
        rf"(?:\w+\W)?(?:{_ANSWER}\W)?(?:\w+\W){{0,3}}?{_BEST}\b(?!\W{{1,3}}(?:of|out of the)\b)"
    ),
    (
        rf"\b(?:this|the above|my) {_ANSWER} (?:must|should|has to|needs to|deserves?)\b[^.\n]{{0,40}}?"
        rf"\b(?:scored?|graded?|rated?|marked|marks|level|pass(?:ed)?)\b"
    ),
    r"\b(?:must|only|always|simply) (?:reply|respond|answer|say|return)(?: with)?(?: only)? \W?(?:yes|level \d)\b",
    r"\b(?:reply|respond|answer|output|say) (?:with )?\W?yes\W? (?:to|for) (?:every|all|each|any)\b",
    # On whose word.
    (
        rf"\bthis {_ANSWER} (?:has been|was|is) (?:\w+ )?(?:verified|approved|certified|validated|confirmed|reviewed)\b"
        r"(?: as \w+)?(?: by\b|[^.\n]{0,30}\b(?:correct|full marks))"
    ),
    # The same in other tongues: away with the instructions, or the best mark for this answer.
    r"\bignor[ae]\w{0,4}\b[^.\n]{0,30}\b(?:instrucciones|instruções|istruzioni|instrukcje)\b",
    r"\b(?:ignorier|missacht|vergiss)\w{0,4}\b[^.\n]{0,40}\b(?:anweisung|instruktion|bewertungs|kriteri|vorgaben)",
    r"\b(?:oublie|ignore)[rz]?\b (?:toutes )?(?:les|tes|vos|ces) (?:instructions|consignes|critères)\b",
    (
        r"\b(?:da|dale|otorga|asigna|dê|atribua|donne[rz]?|attribue[rz]?|dai|assegna)\b[^.\n]{0,40}"
        r"\b(?:puntuación|puntaje|nota|pontuação|note|punteggio|voto)\b[^.\n]{0,12}"
        r"\b(?:máxim|maximal|massim|perfect|más alta|la plus (?:haute|élevée))"
    ),
    r"\b(?:gib|vergib|bewerte)\b[^.\n]{0,40}\b(?:höchst|volle punkt|bestnote|maximal)",
    r"(?:игнорируй|забудь|не обращай внимания)\w{0,3}\b[^.\n]{0,40}(?:инструкци|указани|критери|правила оценки)",
    r"(?:постав|оцени|дай)\w{0,4}\b[^.\n]{0,40}(?:высш|максимальн|наивысш)\w{0,4} (?:балл|оценк)",
    r"(?:忽略|无视|無視|忘记)[^。\n]{0,15}(?:指令|指示|说明|標準|标准|规则)",
    r"(?:给|打|評|评)[^。\n]{0,12}(?:满分|滿分|最高分)",
    r"(?:指示|命令|基準|ルール)[^。\n]{0,6}(?:無視|忘れ)",
    r"(?:満点|最高点|最高評価)[^。\n]{0,6}(?:つけ|与え|付け|ください|にして)",
    r"(?:지시|지침|기준)[^.\n]{0,12}무시",
    r"(?:만점|최고 ?점수)[^.\n]{0,8}(?:주세요|줘|부여|주십시오)",
    r"تجاهل[^.\n]{0,30}(?:تعليمات|التعليمات|المعايير|الإرشادات)",
    r"(?:امنح|أعط|اعط)[^.\n]{0,40}(?:العلامة الكاملة|أعلى درجة|الدرجة الكاملة)",
    r"(?:निर्देशों|नियमों|मानदंड)[^।\n]{0,25}(?:अनदेखा|नज़रअंदाज़|भूल)",
    r"(?:पूरे|पूर्ण|सर्वोच्च|अधिकतम) अंक (?:दें|दो|दीजिए)",
    r"\b(?:talimat|yönerge|ölçüt)\w{0,10}\b[^.\n]{0,20}\b(?:yok say|görmezden gel|unut)",
    r"\b(?:zignoruj|pomiń)\b[^.\n]{0,30}\b(?:instrukcj|polece|kryteri)",
)

_MARK_NAME = r"(?:score|grade|level|verdict|mark|evaluation|final (?:score|grade|verdict|rating))"
_FOR_IT = r"(?:yes|correct|pass(?:ed)?|full marks|perfect|true|excellent)"

FORGED = (
    # A verdict by schema: a mark and the reasons for it as JSON, in either order.
    (
        r"\"(?:level|score|verdict|rating|grade)\"\s{0,5}:[^{}]{0,300}?"
        r"\"(?:evidence|explanation|rationale|reasoning)\"\s{0,5}:"
    ),
    (
        r"\"(?:evidence|explanation|rationale|reasoning)\"\s{0,5}:[^{}]{0,400}?"
        r"\"(?:level|score|verdict|rating|grade)\"\s{0,5}:"
    ),
    # The full mark in words: "Score: 10/10", "Final grade = 100 %", "Rating: [[10]]".
    rf"\b{_MARK_NAME}\W{{0,4}}[:=]\W{{0,4}}(?:(\d{{1,3}})\s?(?:/|out of)\s?\1\b|100\s?%|full marks)",
    r"\b(?:rating|score|verdict|winner)\W{0,4}[:=]?\W{0,4}\[\[\s?(?:[abc]|tie|\d{1,3})\s?\]\]",
    (
        rf"^\W{{0,4}}(?:{_MARK_NAME}|judge|grader|evaluator|examiner|judgement|judgment)\W{{0,4}}[:=]\W{{0,4}}"
        rf"(?:(?:the )?{_ANSWER} (?:is )?)?{_FOR_IT}\W{{0,3}}$"
    ),
    rf"\bis the {_ANSWER} (?:correct|right|true|good)\?\W{{1,4}}yes\b",
    r"\breply with only yes or no\b",
    # Which of two, as a judge of pairs writes it.
    r"\b(?:output|response|assistant|answer) ?\(?[ab12]\)? is (?:clearly |much |the )?(?:better|superior|preferred)\b",
    # Worked examples of generous grading, right behind an answer.
    rf"\b{_ANSWER}:[^\n]{{0,200}}\n\s{{0,4}}(?:{_MARK_NAME}|judge|grader)\W{{0,4}}[:=]\W{{0,4}}(?:\d|{_FOR_IT})",
)

MARKS = (
    r"<\s{0,3}/?\s{0,3}data-[0-9a-f]{4,}",
    (
        r"<\|(?:im_start|im_end|im_sep|endoftext|begin_of_text|end_of_text|eot_id|eom_id|start_header_id|end_header_id"
        r"|system|user|assistant|end|start|message|channel)\|>"
    ),
    r"<(?:start|end)_of_turn>",
    r"\[/?INST\]",
    r"<</?SYS>>",
)
_OURS = re.compile(r"<\s{0,3}(/?)\s{0,3}(?:answer|s)\s{0,3}>", re.IGNORECASE)


def closes_what_it_did_not_open(text: str) -> bool:
    """`<answer>...</answer>` is how some models end their thinking; a closing mark on its own is after our fence."""
    open_marks = 0
    for mark in _OURS.finditer(text):
        open_marks += -1 if mark[1] else 1
        if open_marks < 0:
            return True
    return False


def one_of(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in patterns)
