from lms.spreadsheet import csv


def test_csv_is_what_excel_in_russia_opens():
    lines = [["Центр", "Участник"], ["Сальск", "Ковалёва Ирина"], ["Сальск", 3]]

    assert b"".join(csv(lines)).decode("utf-8") == "\ufeffЦентр;Участник\r\nСальск;Ковалёва Ирина\r\nСальск;3\r\n"


def test_a_cell_that_would_be_a_formula_stays_text():
    typed = ["=HYPERLINK(1)", "+7", "-1", "@here", "\tx", "\rx", "a;b", 'say "yes"', "два\nряда"]

    said = b"".join(csv([typed])).decode("utf-8-sig")

    assert said == '\'=HYPERLINK(1);\'+7;\'-1;\'@here;\'\tx;"\'\rx";"a;b";"say ""yes""";"два\nряда"\r\n'
