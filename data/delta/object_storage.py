"""Stores in object storage, such as ``s3://bucket/path``: which URIs these are, and what their errors mean.

deltalake and polars both take credentials and the address of the server from the environment (``AWS_ACCESS_KEY_ID``,
``AWS_ENDPOINT_URL``, ...), so that no option is passed on and none is stored. A commit is an object that is put only
where there is none of its name: of two writers one fails and tries again, as in a folder.
"""

import re

CAUSES = (
    (r"URL scheme is not allowed", "the server's address has no https: set AWS_ALLOW_HTTP=true to use it nevertheless"),
    (r"NoSuchBucket", "there is no such bucket"),
    (
        r"no credentials found|CredentialsNotLoaded",
        "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    (
        r"AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|40[13] ",
        "access is denied: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the rights on the bucket",
    ),
    (
        r"Connection refused|dns error|timed out|error sending request",
        "the server does not answer: check AWS_ENDPOINT_URL and the network",
    ),
)
"""What the messages of object storage contain, and what a user can do about it."""


def explain_error(error: Exception) -> str:
    r"""What a storage said in one line; of object storage, whose messages are nested over many lines, the cause.

    >>> explain_error(OSError("Kernel error -> Generic S3 error\n  Error performing GET\n  NoSuchBucket"))
    'there is no such bucket'
    """
    lines = [line.strip() for line in str(error).strip().split("\n")]
    if "S3 error" not in lines[0] and "credential" not in str(error):
        return lines[0]
    cause = next((meaning for pattern, meaning in CAUSES if re.search(pattern, str(error))), None)
    return cause or f"{lines[0]}: {lines[-1]}"
