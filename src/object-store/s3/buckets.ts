// Names of buckets: in the path, or in the host's name.
// Authority: swift/common/middleware/s3api/utils.py, validate_bucket_name.

const ADDRESS = /^(?:(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.){3}(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/;

/** @param dnsCompliant the stricter rules, of names that can stand in a host's name */
export function isBucketName(name: string, dnsCompliant: boolean): boolean {
  const allowed = dnsCompliant ? /^[a-z0-9.-]{3,63}$/ : /^[A-Za-z0-9._-]{3,255}$/;
  if (!allowed.test(name) || !/^[A-Za-z0-9]/.test(name) || ADDRESS.test(name)) return false;
  return dnsCompliant ? /[a-z0-9]$/.test(name) && !/\.-|-\.|\.\./.test(name) : !name.endsWith(".");
}

/** `bucket.s3.example.com` of the storage domain `s3.example.com`. */
export function bucketOfHost(host: string, storageDomains: readonly string[]): string | null {
  const name = host.replace(/:\d+$/, "");
  for (const domain of storageDomains) {
    const suffix = domain.startsWith(".") ? domain : `.${domain}`;
    if (name.endsWith(suffix)) return name.slice(0, -suffix.length);
  }
  return null;
}
