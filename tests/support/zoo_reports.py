#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the reports of hello-zoo-judge as strictly as other programs do.

zoo_reports.py junit FILE
    Prints a line for each certificate, from the XML: name, what became of it, and the message. Then a
    line with the command, and one with the longest output in bytes. Exits with 1 if the counts are not
    those of the elements.
zoo_reports.py markdown FILE
    Prints the cells of each row of the table, separated by tabs, then a line "section NAME" for each
    certificate with one. Exits with 1 if a part of the report would be rendered as another.
"""
import re
import sys
import xml.etree.ElementTree

ACTIVE = re.compile(r'(?<!\\)[`*_<>\[\]#~|]')


def wrong(text):
    sys.exit(f'{sys.argv[2]}: {text}')


def check_counts(element, cases):
    for name, tag in (('failures', 'failure'), ('errors', 'error'), ('skipped', 'skipped')):
        found = sum(1 for case in cases if case.find(tag) is not None)
        if element.get(name, str(found)) != str(found):
            wrong(f'{element.tag}: {name}="{element.get(name)}", but there are {found}')
    if element.get('tests') != str(len(cases)):
        wrong(f'{element.tag}: tests="{element.get("tests")}", but there are {len(cases)}')
    total = sum(float(case.get('time')) for case in cases)
    if abs(float(element.get('time')) - total) > 0.001:
        wrong(f'{element.tag}: time="{element.get("time")}", but the sum is {total}')


def junit(file):
    root = xml.etree.ElementTree.parse(file).getroot()
    suites = root.findall('testsuite')
    if root.tag != 'testsuites' or len(suites) != 1 or suites[0].get('skipped') is None:
        wrong('not a report of one suite')
    cases = suites[0].findall('testcase')
    check_counts(root, cases)
    check_counts(suites[0], cases)
    longest = 0
    for case in cases:
        if len(case) > 1:
            wrong(f'{case.get("name")} has {len(case)} results')
        print(case.get('name'), *(f'{each.tag}: {each.get("message")}' for each in case))
        longest = max([longest] + [len((each.text or '').strip('\n')) for each in case])
    print(suites[0].find('properties/property').get('value'))
    print(longest)


def markdown(file):
    with open(file, encoding='ascii') as f:
        lines = f.read().split('\n')
    if not lines[0].startswith('## hello-zoo-judge: ') or lines[-2:] != ['</details>', '']:
        wrong('its begin or its end is missing')
    sections, before = [], ''
    for number, line in enumerate(lines, 1):
        block = line.startswith('    ')
        # A block of code needs a blank line around it, or it becomes a part of the paragraph.
        if block != before.startswith('    ') and line.strip() and before.strip():
            wrong(f'{number}: no blank line between text and a block: {line}')
        if line.startswith('| '):
            cells = re.split(r'(?<!\\)\|', line)
            if len(cells) != 6:
                wrong(f'{number}: {len(cells) - 2} cells: {line}')
            print(*(re.sub(r'\\(.)', r'\1', cell.strip()) for cell in cells[1:-1]), sep='\t')
        elif line.startswith('### '):
            sections.append(line[4:])
        elif not block and 'details>' not in line and line != '|---|---|---|---|':
            if ACTIVE.search(line[3:] if line.startswith('## ') else line):
                wrong(f'{number}: not escaped: {line}')
        before = line
    for each in sections:
        print('section', each)


if __name__ == '__main__':
    {'junit': junit, 'markdown': markdown}[sys.argv[1]](sys.argv[2])
