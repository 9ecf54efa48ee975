// An S3 that knows one bucket and remembers whose keys asked for it: for clients too old to be sent to another STS.

export interface OldS3 extends AsyncDisposable {
  /** Host and port; plain HTTP. */
  readonly host: string;
  /** Access key ids and session tokens of the requests so far. */
  readonly asked: (readonly [accessKeyId: string, sessionToken: string])[];
}

const BUCKETS = `<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>owner</ID></Owner><Buckets>
<Bucket><Name>the-bucket</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>
</Buckets></ListAllMyBucketsResult>`;

export function startOldS3(): OldS3 {
  const asked: [string, string][] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
    const [, id = ""] = /Credential=([^/]+)\//.exec(headers.get("authorization") ?? "") ?? [];
    asked.push([id, headers.get("x-amz-security-token") ?? ""]);
    return new Response(BUCKETS, { headers: { "content-type": "application/xml" } });
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
