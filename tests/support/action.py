#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What tests know about a composite action of GitHub.

action.py FILE FOLDER [INPUT=VALUE...]
    Writes the script of each step into FOLDER as 1.sh, 2.sh, ..., and the environment that it has with
    these inputs into 1.env, 2.env, ..., for a shell to source. Exits with 1 if a runner would reject
    the file, if a script contains an expression, or if an input is unknown, required and missing, or
    never used.
"""
import pathlib
import re
import shlex
import sys

import yaml

EXPRESSION = re.compile(r'\$\{\{\s*inputs\.([a-z]+)\s*\}\}')


def wrong(text):
    sys.exit(f'{sys.argv[1]}: {text}')


def input_values(inputs, given):
    for name, each in inputs.items():
        if not each.get('description') or set(each) - {'description', 'required', 'default'}:
            wrong(f'input {name}: expected a description, and "required" or a default')
        if not isinstance(each.get('default', ''), str):
            wrong(f'input {name}: its default is not a text')
        if each.get('required', False) == ('default' in each):
            wrong(f'input {name}: it needs either "required: true" or a default')
    values = {name: each.get('default') for name, each in inputs.items()} | given
    if set(values) != set(inputs):
        wrong(f'unknown inputs: {", ".join(set(values) - set(inputs))}')
    return values


def write_step(number, step, values, folder):
    """Returns the inputs that the step uses."""
    if set(step) - {'name', 'shell', 'env', 'run'} or step.get('shell') != 'bash':
        wrong(f'step {number}: expected name, env, run, and the shell bash')
    if '${{' in step['run']:
        wrong(f'step {number}: an expression in a script; use env')
    used, lines = set(), []
    for name, value in step.get('env', {}).items():
        match = EXPRESSION.fullmatch(value)
        if not match or match[1] not in values:
            wrong(f'step {number}: {name} is not an input: {value}')
        if values[match[1]] is None:
            wrong(f'missing input {match[1]}')
        if f'${name}' not in step['run'] and f'${{{name}' not in step['run']:
            wrong(f'step {number}: {name} is not used')
        used.add(match[1])
        lines.append(f'export {name}={shlex.quote(values[match[1]])}\n')
    (folder / f'{number}.sh').write_text(step['run'], encoding='utf-8')
    (folder / f'{number}.env').write_text(''.join(lines), encoding='utf-8')
    return used


def main(file, folder, *given):
    with open(file, encoding='utf-8') as f:
        action = yaml.safe_load(f)
    if set(action) != {'name', 'description', 'inputs', 'runs'}:
        wrong(f'other keys: {", ".join(action)}')
    if action['runs'].get('using') != 'composite':
        wrong('not a composite action')
    values = input_values(action['inputs'], dict(each.split('=', 1) for each in given))
    used = set()
    for number, step in enumerate(action['runs']['steps'], 1):
        used |= write_step(number, step, values, pathlib.Path(folder))
    if used != set(values):
        wrong(f'never used: {", ".join(set(values) - used)}')


if __name__ == '__main__':
    main(*sys.argv[1:])
