"""Judges launchd job texts as macOS would: JSON of [path, expected values] pairs in, JSON of problems out."""

import json
import plistlib
import sys

STRING, NUMBER, FLAG, ARRAY, DICT = str, int, bool, list, dict
BOTH = {
    "Label": STRING,
    "ProgramArguments": ARRAY,
    "EnvironmentVariables": DICT,
    "WorkingDirectory": STRING,
    "Umask": NUMBER,
    "RunAtLoad": FLAG,
    "StartCalendarInterval": ARRAY,
    "ProcessType": STRING,
    "LowPriorityIO": FLAG,
    "Nice": NUMBER,
    "ExitTimeOut": NUMBER,
    "StandardOutPath": STRING,
    "StandardErrorPath": STRING,
}
DAEMON = {**BOTH, "UserName": STRING, "InitGroups": FLAG}
AGENT = {**BOTH, "LimitLoadToSessionType": ARRAY}


def problems(path, expected):
    with open(path, "rb") as file:
        job = plistlib.load(file)
    schema = AGENT if "LaunchAgents" in path else DAEMON
    for key in sorted(job.keys() ^ schema.keys()):
        yield f"{key} is {'too much' if key in job else 'missing'}"
    for key in job.keys() & schema.keys():
        if type(job[key]) is not schema[key]:
            yield f"{key} is a {type(job[key]).__name__}"
    program = job["ProgramArguments"]
    if not program[0].startswith("/") or program[1:] != ["check", "--scheduled"]:
        yield f"ProgramArguments are {program}"
    for name, value in job["EnvironmentVariables"].items():
        if type(value) is not str:
            yield f"{name} is no text"
    for key in ("WorkingDirectory", "StandardOutPath", "StandardErrorPath"):
        if not job[key].startswith("/"):
            yield f"{key} is not absolute"
    for moment in job["StartCalendarInterval"]:
        if list(moment) != ["Minute"] or type(moment["Minute"]) is not int or not 0 <= moment["Minute"] < 60:
            yield f"StartCalendarInterval has {moment}"
    for key, value in expected.items():
        if job.get(key) != value:
            yield f"{key} is {job.get(key)!r}, not {value!r}"


json.dump([list(problems(path, expected)) for path, expected in json.load(sys.stdin)], sys.stdout)
