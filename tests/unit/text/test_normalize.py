import pytest

from interp.text.normalize import normalize

SPOKEN = {
    "It is 7": "It is seven",
    "1,234,567": "one million two hundred thirty-four thousand five hundred sixty-seven",
    "007": "zero zero seven",
    "1234567890123456": "one two three four five six seven eight nine zero one two three four five six",
    "3.14": "three point one four",
    "version 1.2.3": "version one point two point three",
    "-5": "minus five",
    "pages 3-5": "pages three to five",
    "MP3": "MP three",
    "the 1st, 22nd and 10,000th": "the first, twenty-second and ten thousandth",
    "in 1984, 2005 and 1900": "in nineteen eighty-four, two thousand five and nineteen hundred",
    "in 1905": "in nineteen oh five",
    "the 1980s and '90s": "the nineteen eighties and nineties",
    "3/4/2021": "March fourth, twenty twenty-one",
    "25/12/2020": "December twenty-fifth, twenty twenty",
    "2021-03-04": "March fourth, twenty twenty-one",
    "March 3rd, 2021": "March third, twenty twenty-one",
    "March 3": "March third",
    "3 May 1999": "the third of May nineteen ninety-nine",
    "the 3rd of May": "the third of May",
    "Jan. 5": "January fifth",
    "$3.50": "three dollars and fifty cents",
    "$1": "one dollar",
    "$0.50": "fifty cents",
    "£20": "twenty pounds",
    "€1.01": "one euro and one cent",
    "$1.5 million": "one point five million dollars",
    "£5m": "five million pounds",
    "$1,000": "one thousand dollars",
    "5¢": "five cents",
    "50%": "fifty percent",
    "3.5 %": "three point five percent",
    "12:30": "twelve thirty",
    "9:05": "nine oh five",
    "5:00": "five o'clock",
    "17:00": "seventeen hundred",
    "5:15 p.m.": "five fifteen P.M.",
    "at 5 pm today": "at five P.M today",
    "5 km": "five kilometers",
    "1 kg": "one kilogram",
    "60 mph": "sixty miles per hour",
    "6 ft": "six feet",
    "21°C": "twenty-one degrees Celsius",
    "1/2 cup": "one half cup",
    "3½ cups": "three and a half cups",
    "555-1234": "five five five, one two three four",
    "Mr. and Mrs. Smith": "Mister and Missus Smith",
    "Dr. Who": "Doctor Who",
    "St. John of Elm St. here": "Saint John of Elm Street here",
    "Smith, Jr. and co": "Smith, Junior and co",
    "cats, dogs, etc.": "cats, dogs, et cetera.",
    "No. 5": "number five",
    "No. He did": "No. He did",
    "e.g. this": "for example this",
    "the U.S. army": "the U.S army",
    "the US army": "the U.S army",
    "J. R. Smith": "J R Smith",
    "rock & roll": "rock and roll",
    "a@b": "a at b",
    "example.com": "example dot com",
    "(really)": ", really ,",
    "“Don’t” — she said…": "Don't - she said...",
    "Café naïve ﬁne Łódź": "Cafe naive fine Lodz",
    "１２ ٣٠": "twelve thirty",
    "tab\there\x00now\u200b": "tab here now",
    "你好": "",
}


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_is_said_as(written, spoken):
    assert normalize(written) == spoken


@pytest.mark.parametrize("written", SPOKEN)
def test_normal_text_stays_as_it_is(written):
    assert normalize(normalize(written)) == normalize(written)


@pytest.mark.parametrize("mark", list(".,!?;:"))
def test_punctuation_is_kept(mark):
    assert normalize(f"well{mark} yes") == f"well{mark} yes"


def test_a_date_that_is_none_is_read_as_numbers():
    assert "thirteen" in normalize("13/13/2021")
