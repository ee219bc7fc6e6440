#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check_manual.py ROOT: manual pages, completions and the journal's catalog say what podd knows, no less and no more.

The dev build's programs are asked for their --help; annotations, isolators, exit statuses, message ids, D-Bus members,
errors and polkit actions are read where they are defined. Keys of manifests stand in an example.
"""
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

root = pathlib.Path(sys.argv[1]).resolve()
bad = 0


def complain(text):
    global bad
    print(text)
    bad += 1


def compare(what, known, file, said):
    """Both ways: `known` to the programs, `said` in the file."""
    for missing in sorted(set(known) - set(said)):
        complain(f"{file}: {what} is missing: {missing}")
    for wrong in sorted(set(said) - set(known)):
        complain(f"{file}: {what} that podd does not know: {wrong}")
    if not known:
        complain(f"{file}: no {what} found in the sources: does this lint still read them rightly?")


def read(path):
    return (root / path).read_text()


def page_file(page):
    return f"man/{page}.scd"


def page_text(page):
    return read(page_file(page))


def section(page, title):
    found = re.search(rf"^# {title}\n(.*?)(?=^# |\Z)", page_text(page), re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def plain(text):
    """Without the marks of bold and underlined words; \\_ is a letter."""
    return re.sub(r"(?<!\\)[*_]", "", text).replace("\\", "")


def terms(text):
    """Each term of a list with its description: a line at the margin, then indented ones."""
    found = re.findall(r"^(\*.+)\n((?:\t.*\n|\n(?=\t))*)", text, re.MULTILINE)
    return [(plain(term), plain(body)) for term, body in found]


def help_of(program):
    return subprocess.run([root / "build/dev" / program, "--help"], check=True, capture_output=True, text=True).stdout


def help_rows(text):
    """(left, right) of each line of a list; a long left side stands on a line of its own."""
    rows = []
    for line in text.splitlines():
        if line.startswith(" " * 20) and rows:
            rows[-1] = (rows[-1][0], line.strip())
        elif option := re.match(r"  (-\w|  ) (--\S+)?(.*)", line):
            rows.append((f"{option[1]} {option[2] or ''}".strip(), option[3].strip()))
        elif line.startswith("  "):
            left, _, right = line[2:].partition("  ")
            rows.append((left, right.strip()))
    return rows


def of_verbs(text, spellings):
    """"VERB: SPELLING" for each verb that the text begins with, such as "import, image create: "; else only spellings."""
    verbs = re.match(r"\t?([a-z-]+(?: [a-z-]+)?(?:, [a-z-]+(?: [a-z-]+)?)*): ", text)
    return {(verb + ": " if verb else "") + spelling
            for verb in (verbs[1].split(", ") if verbs else [""]) for spelling in spellings}


def help_options(text):
    """Every spelling of every option, and the verbs that know it."""
    return {option for left, right in help_rows(text) if left.startswith("-")
            for option in of_verbs(right, left.split())}


def help_verbs(text):
    return re.search(r"Pod Commands:\n(.*)\nOptions:", text, re.DOTALL)[1]


def page_options(page):
    return {option for term, body in terms(section(page, "OPTIONS")) for option in of_verbs(body, term.split(", "))}


def check_podctl():
    text = help_of("src/podctl/podctl")
    page = "podctl.1"
    compare("the verb", [left for left, _ in help_rows(help_verbs(text))], page_file(page),
            [term for title in ("POD", "IMAGE") for term, _ in terms(section(page, title + " COMMANDS"))])
    compare("the option", help_options(text), page_file(page), page_options(page))
    statuses = re.search(r"enum ExitStatus.*?\{(.*?)\}", read("src/podctl/verbs.h"), re.S)[1]
    compare("the exit status", re.findall(r"= (\d+)", statuses), page_file(page),
            re.findall(r"^(?:\[\[|\|) +(\d+)$", section(page, "EXIT STATUS"), re.MULTILINE))


def check_usage(program, page, name):
    """The synopsis is the first line of --help."""
    text = help_of(program)
    synopsis = [plain(line).lower() for line in section(page, "SYNOPSIS").splitlines() if name in line]
    compare("the usage", [text.splitlines()[0].lower()], page_file(page),
            [re.sub(r"^/\S*/", "", line) for line in synopsis])
    compare("the option", help_options(text), page_file(page), page_options(page))


def member(element):
    arguments = [" ".join(filter(None, (a.get("direction"), a.get("type"), a.get("name"))))
                 for a in element.findall("arg")]
    return f"{element.get('name')}({', '.join(arguments)})"


def check_interface(name):
    """Methods and signals with all types, properties with theirs."""
    page, title = "org.podd1.5", name.upper()
    text = "\n".join(term for term, _ in terms(section(page, title)))
    interface = ElementTree.parse(root / f"dbus/org.podd1.{name}.xml").getroot().find("interface")
    members = [member(element) for element in [*interface.findall("method"), *interface.findall("signal")]]
    properties = [f"{found.get('name')} ({found.get('type')})" for found in interface.findall("property")]
    said = re.findall(r"\b[A-Z]\w*\([^()]*(?:\((?:[^()]|\([^()]*\))*\)[^()]*)*\)", text)
    if members or said:
        compare(f"of {title}, the method or signal", members, page_file(page), said)
    compare(f"of {title}, the property", properties, page_file(page),
            re.findall(r"\w+ \([a-z(){}]+\)(?=,|$)", text, re.MULTILINE))
    return {f"{interface.get('name')}.{method.get('name')}" for method in interface.findall("method")}


def check_bus():
    page = "org.podd1.5"
    methods = set().union(*map(check_interface, ["Manager", "Pod", "App", "Image", "Transfer"]))
    compare("the method", methods, "dbus/org.podd1.conf",
            {".".join(row) for row in re.findall(r'send_interface="(org\.podd1\.\w+)" send_member="(\w+)"',
                                                 read("dbus/org.podd1.conf"))})
    errors = re.findall(r'return "org\.(?:podd1|freedesktop\.DBus)\.Error\.(\w+)"', read("src/client/bus_error.cpp"))
    compare("the error", errors, page_file(page),
            [term.rpartition(".")[2] for term, _ in terms(section(page, "ERRORS"))])
    actions = re.findall(r'<action id="([^"]+)"', read("dbus/org.podd1.policy"))
    compare("the action", actions, page_file(page),
            [action for term, _ in terms(section(page, "POLKIT ACTIONS")) for action in term.split(", ")])


def check_manifest():
    page = "podd.pod.5"
    setting = r"(?:podd\.org|appc\.io/executor)/[a-z-]+"
    text = section(page, "ANNOTATIONS")
    known = re.findall(f'"({setting})"', read("src/schema/annotations.h") + read("src/schema/network_annotations.h") + read("src/schema/name_resolution.h") + read("src/schema/health.h"))
    # Of those that begin with one of these, the page shows one.
    families = tuple(name for name in known if name.endswith("-"))

    def of_family(name):
        return next((family for family in families if name.startswith(family)), name)
    compare("the annotation", [of_family(name) for name in known], page_file(page),
            [of_family(name) for name in re.findall(rf"\*({setting})\*", text)])
    isolators = read("src/schema/isolators.cpp") + read("src/schema/unit_isolators.cpp")
    compare("the isolator", re.findall(r'Known\{"([^"]+)"', isolators), page_file(page),
            re.findall(r"\*((?:os|resource|podd\.org)/[a-z/-]+)\*", section(page, "ISOLATORS")))


def example_words(value):
    """Members, and what is called so in a list of names: annotations, isolators."""
    if isinstance(value, list):
        return set().union(*map(example_words, value))
    if not isinstance(value, dict):
        return set()
    return set(value) | {value.get("name")} | set().union(*map(example_words, value.values()))


def examples():
    """All words of the manifests that stand in literal blocks of a manual page; tests/system/69-examples*.sh starts those pods."""
    found = set()
    for path in (root / "man").glob("*.scd"):
        for block in re.findall(r"^```\n(\{.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL):
            try:
                found |= example_words(json.loads(block))
            except ValueError as error:
                complain(f"{path.relative_to(root)}: an example is no JSON: {error}: {block[:60]!r}")
    return found


def check_examples():
    """Each key and member that podd.pod(5) tells of stands in an example."""
    page, shown = "podd.pod.5", examples()
    keys = set(re.findall(r"\*((?:podd\.org|appc\.io|os|resource)/[a-z/-]+)\*", page_text(page)))
    members = set(re.findall(r'"([a-z]+)":', section(page, "ISOLATORS")))
    for title in ("MEMBERS OF THE MANIFEST", "APPS", "WHAT AN APP RUNS", "VOLUMES", "PORTS"):
        members |= set(re.findall(r"\*([a-z][A-Za-z]+)\*(?!\()", section(page, title)))
    for what, known in (("the key", keys), ("the member", members)):
        if not known:
            complain(f"{page_file(page)}: {what} of no name found: does this lint still read it rightly?")
        for missing in sorted(known - shown):
            complain(f"{page_file(page)}: {what} stands in no example of a manual page: {missing}")


def check_stage1_statuses():
    """Those that a program of the flavor uses."""
    page, used = "podd.pod.5", set()
    for path in (root / "stage1-nspawn").glob("*.cpp"):
        used |= set(re.findall(r"ExitStatus::(k\w+)", path.read_text()))
    numbers = dict(re.findall(r"(k\w+) = (\d{3}),", read("stage1-nspawn/program.h")))
    cells = re.findall(r"^(?:\[\[|\|) +([\d, ]+)$", section(page, "EXIT STATUS"), re.MULTILINE)
    compare("the exit status", [numbers[name] for name in used if name in numbers], page_file(page),
            [number for cell in cells for number in cell.split(", ")])


def check_pages():
    """Pages of ours that others name exist, under the section they have."""
    ours = {path.name.removesuffix(".scd") for path in (root / "man").glob("*.scd")}
    known = {(name.rpartition(".")[0], name.rpartition(".")[2]) for name in ours} | {("podd", "8")}
    for name in sorted(ours):
        for other, number in re.findall(r"\*((?:pod|org\.podd)[a-z0-9.-]*)\*\((\d)\)", page_text(name)):
            if (other, number) not in known:
                complain(f"man/{name}.scd: there is no page {other}({number})")


def check_catalog():
    ids = re.findall(r'"([0-9a-f]{32})"', read("src/base/message_ids.h"))
    compare("the message", ids, "units/podd.catalog",
            re.findall(r"^-- ([0-9a-f]{32})$", read("units/podd.catalog"), re.MULTILINE))
    page = "podd.service.8"
    compare("the message", ids, page_file(page), re.findall(r"\b[0-9a-f]{32}\b", section(page, "JOURNAL")))


def bash_completes(line):
    """What _podctl offers behind `line`; there are no pods and images."""
    script = '. "$1"; podctl() { :; }; COMP_LINE=$2 COMP_POINT=${#2}; _podctl; printf "%s\n" "${COMPREPLY[@]}"'
    run = subprocess.run(["bash", "-euc", script, "bash", root / "src/podctl/completion/podctl.bash", line], check=True,
                         stdout=subprocess.PIPE, text=True)
    return run.stdout.split()


def check_bash(verbs, options):
    file = "src/podctl/completion/podctl.bash"
    compare("the verb", {verb.split()[0] for verb in verbs}, file, bash_completes("podctl "))
    for family in sorted({verb.split()[0] for verb in verbs if " " in verb}):
        compare(f"the verb of {family}", [verb.split()[1] for verb in verbs if verb.startswith(family + " ")], file,
                bash_completes(f"podctl {family} "))
    for verb in verbs:
        known = {re.sub("=.*", "=", option.rpartition(": ")[2]) for option in options
                 if ": " not in option or option.startswith(verb + ": ")}
        compare(f"the option of {verb}", known, file, bash_completes(f"podctl {verb} -"))


def check_zsh(verbs, options):
    file = "src/podctl/completion/_podctl"
    text = read(file)
    compare("the verb", {word for verb in verbs for word in verb.split()}, file,
            re.findall(r"^ {8}'([a-z-]+):", text, re.MULTILINE))
    rows = [row.partition("[")[0] for row in text.splitlines() if row.startswith(" " * 8 + "'")]
    compare("the option", {re.sub("=.*", "", option.rpartition(": ")[2]) for option in options}, file,
            {option for row in rows for option in re.findall(r"(?<![\w-])--?[a-zA-Z][a-z-]*", row)})


def check_completions():
    text = help_of("src/podctl/podctl")
    verbs = [re.match(r"((image|network|store) )?[a-z-]+", left)[0] for left, _ in help_rows(help_verbs(text))]
    check_bash(verbs, help_options(text))
    check_zsh(verbs, help_options(text))


check_podctl()
check_usage("src/podd/podd", "podd.service.8", "/podd/podd")
check_usage("src/generator/podd-generator", "podd-generator.8", "podd-generator")
check_bus()
check_manifest()
check_examples()
check_stage1_statuses()
check_pages()
check_catalog()
check_completions()
sys.exit(bad > 0)
