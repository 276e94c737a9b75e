// ACLs as S3 has them (`s3_acl = true`): an owner and grants, kept as system metadata of the container or object.
// Authority: swift/common/middleware/s3api/subresource.py; the form in which they are kept is that of its encode_acl.

import { pythonJson } from "../python-json.ts";
import { invalidArgument, notImplemented, S3Error } from "./errors.ts";
import { branch, child, childText, document, leaf, parseXml, type XmlElement } from "./xml.ts";

export const CONTAINER_ACL = "x-container-sysmeta-s3api-acl";
export const OBJECT_ACL = "x-object-sysmeta-s3api-acl";
export const MAX_ACL_BYTES = 200 * 1024;
export const XSI = "http://www.w3.org/2001/XMLSchema-instance";

const PERMISSIONS = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;
type GrantedPermission = (typeof PERMISSIONS)[number];
/** `OWNER`: nobody but the owner may. */
export type Permission = GrantedPermission | "OWNER";

const GROUPS = {
  AllUsers: "http://acs.amazonaws.com/groups/global/AllUsers",
  AuthenticatedUsers: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
  LogDelivery: "http://acs.amazonaws.com/groups/s3/LogDelivery",
} as const;
type Group = keyof typeof GROUPS;
const LOG_DELIVERY_USER = ".log_delivery";

type Grantee = { user: string } | { group: Group };

interface Grant {
  grantee: Grantee;
  permission: GrantedPermission;
}

export interface S3Acl {
  /** Null: what was made through Swift has none. */
  owner: string | null;
  grants: readonly Grant[];
}

/** Of a new bucket, the second is left out; of an object, its bucket's owner comes first. */
export interface Owners {
  bucket: string;
  object?: string;
}

/** @param allowNoOwner what has no owner is everybody's */
export function allows(acl: S3Acl, user: string, permission: Permission, allowNoOwner: boolean): boolean {
  if (isOwner(acl, user, allowNoOwner)) return true;
  return acl.grants.some(
    ({ grantee, permission: granted }) =>
      (granted === permission || (granted === "FULL_CONTROL" && permission !== "OWNER")) &&
      includes(grantee, user),
  );
}

export function isOwner({ owner }: S3Acl, user: string | null, allowNoOwner: boolean): boolean {
  return owner === null ? allowNoOwner : owner === user;
}

/** Only signed requests come here, so all users are those that have signed. */
function includes(grantee: Grantee, user: string): boolean {
  if ("user" in grantee) return grantee.user === user;
  return grantee.group !== "LogDelivery" || user.slice(user.indexOf(":") + 1) === LOG_DELIVERY_USER;
}

/** As kept in a header: one line of ASCII. */
export function encodeAcl({ owner, grants }: S3Acl): string {
  const kept = {
    Owner: owner,
    Grant: grants.map(({ grantee, permission }) => ({
      Permission: permission,
      Grantee: "user" in grantee ? grantee.user : grantee.group,
    })),
  };
  return pythonJson(kept, { compact: true });
}

/** What cannot be understood belongs to nobody. */
export function decodeAcl(kept: string | undefined): S3Acl {
  try {
    const { Owner: owner, Grant: grants = [] } = JSON.parse(kept || "{}") as {
      Owner?: string | null;
      Grant?: { Permission: GrantedPermission; Grantee: string }[];
    };
    return {
      owner: owner ?? null,
      grants: grants.map(({ Permission: permission, Grantee: name }) => ({
        permission,
        grantee: name in GROUPS ? { group: name as Group } : { user: name },
      })),
    };
  } catch {
    return { owner: null, grants: [] };
  }
}

/** Grants of a canned ACL; undefined for a name that is none. */
function cannedGrants(name: string, { bucket, object }: Owners): readonly Grant[] | undefined {
  const owner: Grant = { grantee: { user: object ?? bucket }, permission: "FULL_CONTROL" };
  const bucketOwner: Grantee = { user: bucket };
  const group = (of: Group, permission: GrantedPermission): Grant => ({ grantee: { group: of }, permission });
  switch (name) {
    case "private":
      return [owner];
    case "public-read":
      return [group("AllUsers", "READ"), owner];
    case "public-read-write":
      return [group("AllUsers", "READ"), group("AllUsers", "WRITE"), owner];
    case "authenticated-read":
      return [group("AuthenticatedUsers", "READ"), owner];
    case "bucket-owner-read":
      return [{ grantee: bucketOwner, permission: "READ" }, owner];
    case "bucket-owner-full-control":
      return [owner, { grantee: bucketOwner, permission: "FULL_CONTROL" }];
    case "log-delivery-write":
      return [group("LogDelivery", "WRITE"), group("LogDelivery", "READ_ACP"), owner];
    default:
      return undefined;
  }
}

const GRANT_HEADER = "x-amz-grant-";

/** From `X-Amz-Acl` or `X-Amz-Grant-...`. Null when there is neither. @throws S3Error */
export function aclOfHeaders(headers: ReadonlyMap<string, string>, owners: Owners): S3Acl | null {
  const grants: Grant[] = [];
  for (const [name, value] of headers) {
    if (!name.startsWith(GRANT_HEADER)) continue;
    const permission = asPermission(name.slice(GRANT_HEADER.length).toUpperCase().replaceAll("-", "_"));
    if (permission === null) continue;
    for (const text of value.split(",")) grants.push({ grantee: granteeOfHeader(text.trim()), permission });
  }
  const canned = headers.get("x-amz-acl");
  if (canned !== undefined) {
    if (grants.length > 0) {
      throw new S3Error("InvalidRequest", {
        message: "Specifying both Canned ACLs and Header Grants is not allowed",
      });
    }
    const found = cannedGrants(canned, owners);
    if (!found) throw invalidArgument("x-amz-acl", canned);
    grants.push(...found);
  }
  return grants.length === 0 ? null : { owner: owners.object ?? owners.bucket, grants };
}

/** What a bucket or object has about which nothing was said. */
export function privateAcl(owners: Owners): S3Acl {
  return { owner: owners.object ?? owners.bucket, grants: cannedGrants("private", owners) ?? [] };
}

function asPermission(text: string): GrantedPermission | null {
  return PERMISSIONS.find((permission) => permission === text) ?? null;
}

/** `id="demo:demo"`, `uri="http://..."`. @throws S3Error */
function granteeOfHeader(text: string): Grantee {
  const equals = text.indexOf("=");
  if (equals < 0) throw new S3Error("InvalidRequest");
  const kind = text.slice(0, equals).toLowerCase();
  const value = text.slice(equals + 1).replace(/^["']+|["']+$/g, "");
  if (kind === "id") return { user: value };
  if (kind === "uri") return { group: groupOf(value) };
  if (kind === "emailaddress") throw notImplemented();
  throw invalidArgument(kind, value, "Argument format not recognized");
}

/** @throws S3Error */
function groupOf(uri: string): Group {
  for (const name of Object.keys(GROUPS) as Group[]) if (GROUPS[name] === uri) return name;
  throw invalidArgument("uri", uri, "Invalid group uri");
}

/** @throws S3Error MalformedACLError */
export function aclOfDocument(text: string): S3Acl {
  const policy = parsedPolicy(text);
  const list = child(policy, "AccessControlList");
  const owner = childText(child(policy, "Owner") ?? policy, "ID");
  if (!list || owner === null) throw malformed();
  const grants = list.children.map((entry): Grant => {
    const permission = asPermission(childText(entry, "Permission") ?? "");
    const grantee = child(entry, "Grantee");
    if (entry.name !== "Grant" || permission === null || !grantee) throw malformed();
    return { permission, grantee: granteeOfElement(grantee) };
  });
  return { owner, grants };
}

/** @throws S3Error MalformedACLError */
export function parsedPolicy(text: string): XmlElement {
  try {
    const policy = parseXml(text);
    if (policy.name === "AccessControlPolicy") return policy;
  } catch {
    // Said below.
  }
  throw malformed();
}

export function granteeType(grantee: XmlElement | null): string | null {
  for (const [name, value] of grantee?.attributes ?? []) if (name.endsWith(":type")) return value;
  return null;
}

function granteeOfElement(grantee: XmlElement): Grantee {
  const type = granteeType(grantee);
  const value = childText(grantee, type === "Group" ? "URI" : "ID");
  if (type === "AmazonCustomerByEmail") throw notImplemented();
  if ((type !== "CanonicalUser" && type !== "Group") || value === null) throw malformed();
  return type === "Group" ? { group: groupOf(value) } : { user: value };
}

const malformed = () => new S3Error("MalformedACLError");

export function aclDocument({ owner, grants }: S3Acl): string {
  return document("AccessControlPolicy", [
    branch("Owner", userLeaves(owner)),
    branch(
      "AccessControlList",
      grants.map(({ grantee, permission }) =>
        "user" in grantee
          ? grantElement("CanonicalUser", userLeaves(grantee.user), permission)
          : grantElement("Group", [leaf("URI", GROUPS[grantee.group])], permission),
      ),
    ),
  ]);
}

export function userLeaves(id: string | null): string[] {
  return [leaf("ID", id), leaf("DisplayName", id)];
}

/** @param type `CanonicalUser` or `Group` */
export function grantElement(type: string, grantee: readonly string[], permission: string): string {
  return branch("Grant", [
    branch("Grantee", grantee, ` xmlns:xsi="${XSI}" xsi:type="${type}"`),
    leaf("Permission", permission),
  ]);
}
