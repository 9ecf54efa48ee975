# Reads credentials files as the AWS CLI and boto3 do: argv[1] is a JSON list of [path, profile],
# one answer for each goes out.
import json
import sys

from botocore.configloader import raw_config_parse
from botocore.credentials import SharedCredentialProvider
from botocore.exceptions import ConfigParseError, PartialCredentialsError


def read(path, profile):
    try:
        sections = raw_config_parse(path)
    except ConfigParseError:
        return {"refused": True}
    try:
        found = SharedCredentialProvider(path, profile, raw_config_parse).load()
    except PartialCredentialsError:
        found = None
    keys = found and [found.access_key, found.secret_key, found.token]
    return {"refused": False, "sections": sections, "keys": keys}


with open(sys.argv[1]) as asked:
    json.dump([read(path, profile) for path, profile in json.load(asked)], sys.stdout)
