import pytest

from doctray.domain.errors import InvalidOption
from doctray.ocr.easyocr_models import recogniser_model, recogniser_weights


@pytest.mark.parametrize(
    ("languages", "file", "second_generation"),
    [
        (("en",), "english_g2.pth", True),
        (("de", "en"), "latin_g2.pth", True),
        (("en", "ru"), "cyrillic_g2.pth", True),
        (("en", "ja"), "japanese_g2.pth", True),
        (("hi",), "devanagari.pth", False),
        (("ar", "fa"), "arabic.pth", False),
    ],
)
def test_languages_name_their_recogniser(languages: tuple[str, ...], file: str, second_generation: bool) -> None:
    model = recogniser_model(languages)
    assert (model.file, model.second_generation) == (file, second_generation)
    assert len(model.md5) == 32


def test_characters_of_other_languages_are_ignored() -> None:
    assert recogniser_model(("en",)).ignored == ()
    german = recogniser_model(("de",))
    ignored = {german.characters[index - 1] for index in german.ignored}
    assert "ř" in ignored
    assert not ignored & set("aäöüßZ9 €")


def test_languages_of_two_scripts_cannot_be_read_together() -> None:
    with pytest.raises(InvalidOption, match="de, th cannot be read together; th can be read with English only"):
        recogniser_model(("de", "th"))


def test_a_code_that_is_not_known_is_named() -> None:
    with pytest.raises(InvalidOption, match="xx not known; use abq, "):
        recogniser_model(("xx",))


def test_weights_that_the_operator_has_to_add_are_named() -> None:
    languages = ("de",)
    with pytest.raises(InvalidOption, match=r"latin_g2\.pth, which is missing; the operator adds it to MODELS_DIR"):
        recogniser_weights(recogniser_model(languages), languages, None)
