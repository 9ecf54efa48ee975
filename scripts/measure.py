# Runs one program per line of JSON and says what it cost: the kernel tells only the parent (wait4), and Deno hides it.
# In: {"argv", "env", "cwd"}; out: {"code", "wallMs", "cpuMs", "maxRssKb"}. Output of the program goes nowhere.
import json
import os
import subprocess
import sys
import time

for line in sys.stdin:
    task = json.loads(line)
    start = time.perf_counter()
    child = subprocess.Popen(
        task["argv"], env=task["env"], cwd=task["cwd"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps({
        "code": child.returncode,
        "wallMs": (time.perf_counter() - start) * 1000,
        "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
        # macOS counts bytes, Linux kilobytes.
        "maxRssKb": usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1),
    }), flush=True)
