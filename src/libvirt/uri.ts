// libvirt's connection URIs: `driver[+transport]://[user@][host][:port]/path[?parameters]`.
// Facts: https://libvirt.org/uri.html and libvirt 9.0.0, src/remote/remote_driver.c (doRemoteOpen), remote_sockets.c,
// src/util/viruri.c. Not supported: the transports `ext`, `libssh` and `libssh2`, and the parameters `auth`, `authfile`,
// `sshauth`, `tls_priority`, which are refused rather than ignored.

/** How to reach the daemon. */
export type Target = UnixTarget | TcpTarget | TlsTarget | SshTarget;

export interface UnixTarget {
  readonly transport: "unix";
  /** The first that exists is meant; if none does, the last. */
  readonly paths: readonly string[];
}

export interface TcpTarget {
  readonly transport: "tcp";
  readonly host: string;
  readonly port: number;
}

export interface TlsTarget {
  readonly transport: "tls";
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  /** This side's certificate, which a server demands unless told otherwise. Left out when the file does not exist. */
  readonly certFile: string;
  readonly keyFile: string;
  /** False with `no_verify=1`: the server's certificate is not checked. */
  readonly verify: boolean;
}

export interface SshTarget {
  readonly transport: "ssh";
  readonly host: string;
  readonly port: number | null;
  readonly user: string | null;
  /** The program, by default `ssh`. */
  readonly program: string;
  readonly keyFile: string | null;
  readonly knownHostsFile: string | null;
  /** False with `no_verify=1`: unknown host keys are accepted. */
  readonly verify: boolean;
  /** What connects over there: libvirt's `virt-ssh-helper`, `nc -U`, or the helper where it is installed. */
  readonly proxy: "auto" | "native" | "netcat";
  readonly netcat: string;
  /** For netcat: the socket on that host. */
  readonly socket: string;
  /** For the helper: the URI to open there. */
  readonly name: string;
}

export interface LibvirtUri {
  /** What the daemon is asked to open: `qemu:///system`. */
  readonly name: string;
  readonly target: Target;
}

/** What decides where a user's own daemon listens, and where his certificates are. */
export interface UriEnvironment {
  readonly XDG_RUNTIME_DIR?: string;
  readonly XDG_CACHE_HOME?: string;
  readonly HOME?: string;
}

export class LibvirtUriError extends Error {
  override readonly name = "LibvirtUriError";
}

/** LIBVIRTD_TCP_PORT and LIBVIRTD_TLS_PORT. */
const tcpPort = 16_509;
const tlsPort = 16_514;

/** Not /run: every machine that has it links /var/run to it, but not the other way round (remote_sockets.c). */
const systemFolder = "/var/run/libvirt";

const shape =
  /^([a-z][a-z0-9]*)(?:\+([a-z0-9]+))?:\/\/(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?(\/[^?#]*)?(?:\?([^#]*))?$/i;

interface Parts {
  readonly driver: string;
  readonly host: string;
  readonly port: number | null;
  readonly user: string | null;
  readonly path: string;
  readonly parameters: Parameters;
  readonly environment: UriEnvironment;
}

/** Throws LibvirtUriError for what is not such a URI, or asks for something that is not supported. */
export function parseUri(uri: string, environment: UriEnvironment = {}): LibvirtUri {
  const match = shape.exec(uri);
  if (match === null) throw new LibvirtUriError(`"${uri}" is not a libvirt URI such as qemu:///system`);
  const [, driver = "", transport, user, host = "", port, path = "", query = ""] = match;
  const parts: Parts = {
    driver,
    host: decoded(host.replace(/^\[(.*)\]$/, "$1")),
    port: port === undefined ? null : validPort(port),
    user: user === undefined ? null : decoded(user),
    path,
    parameters: new Parameters(query),
    environment,
  };
  const name = parts.parameters.text("name");
  const target = parseTarget(transport?.toLowerCase() ?? (host === "" ? "unix" : "tls"), parts);
  const opened = name ?? `${driver}://${path}${parts.parameters.rest()}`;
  return { name: opened, target: target.transport === "ssh" ? { ...target, name: opened } : target };
}

function parseTarget(transport: string, parts: Parts): Target {
  const { host, port, parameters } = parts;
  switch (transport) {
    case "unix":
      if (host !== "") throw new LibvirtUriError(`a unix socket cannot be on another host (${host})`);
      return { transport, paths: socketPaths(parts) };
    case "tcp":
      return { transport, host: host || "localhost", port: port ?? tcpPort };
    case "tls":
      return {
        transport,
        host: host || "localhost",
        port: port ?? tlsPort,
        ...certificates(parameters.text("pkipath")),
        verify: !parameters.flag("no_verify"),
      };
    case "ssh":
      return sshTarget(parts);
    default:
      throw new LibvirtUriError(
        `the transport "${transport}" is not supported; there are unix, tcp, tls and ssh`,
      );
  }
}

/** Daemons of their own for every driver (`virtqemud`) go before the one for all (`libvirtd`), as in libvirt. */
function socketPaths({ driver, path, parameters, environment }: Parts): string[] {
  const given = parameters.text("socket");
  const mode = parameters.text("mode") ?? "auto";
  if (given !== null) return [given];
  const folder = path === "/session" ? sessionFolder(environment) : systemFolder;
  const direct = `${folder}/virt${driver}d-sock`;
  const legacy = `${folder}/libvirt-sock`;
  if (mode === "auto") return [direct, legacy];
  if (mode === "direct") return [direct];
  if (mode === "legacy") return [legacy];
  throw new LibvirtUriError(`mode "${mode}" is none of auto, direct and legacy`);
}

/** g_get_user_runtime_dir() and libvirt's folder in it. */
function sessionFolder({ XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME }: UriEnvironment): string {
  if (XDG_RUNTIME_DIR) return `${XDG_RUNTIME_DIR}/libvirt`;
  if (XDG_CACHE_HOME) return `${XDG_CACHE_HOME}/libvirt`;
  if (HOME) return `${HOME}/.cache/libvirt`;
  throw new LibvirtUriError(
    "a session daemon's socket is found through XDG_RUNTIME_DIR or HOME; neither is set",
  );
}

/** LIBVIRT_PKI_DIR in src/rpc/virnettlscontext.c; with `pkipath`, all three are in that folder. */
function certificates(folder: string | null): Pick<TlsTarget, "caFile" | "certFile" | "keyFile"> {
  if (folder !== null) {
    return {
      caFile: `${folder}/cacert.pem`,
      certFile: `${folder}/clientcert.pem`,
      keyFile: `${folder}/clientkey.pem`,
    };
  }
  return {
    caFile: "/etc/pki/CA/cacert.pem",
    certFile: "/etc/pki/libvirt/clientcert.pem",
    keyFile: "/etc/pki/libvirt/private/clientkey.pem",
  };
}

function sshTarget({ host, port, user, path, parameters }: Parts): SshTarget {
  const socket = parameters.text("socket");
  const netcat = parameters.text("netcat");
  const session = path === "/session";
  const chosen = parameters.text("proxy") ?? (socket !== null ? "netcat" : session ? "native" : "auto");
  if (chosen !== "auto" && chosen !== "native" && chosen !== "netcat") {
    throw new LibvirtUriError(`proxy "${chosen}" is none of auto, native and netcat`);
  }
  if (chosen === "native" && netcat !== null)
    throw new LibvirtUriError("netcat= makes no sense with proxy=native");
  if (session && socket === null && chosen !== "native") {
    throw new LibvirtUriError(
      "a session over ssh needs virt-ssh-helper (proxy=native) or an explicit socket=",
    );
  }
  return {
    transport: "ssh",
    host: host || "localhost",
    port,
    user,
    program: parameters.text("command") ?? "ssh",
    keyFile: parameters.text("keyfile"),
    knownHostsFile: parameters.text("known_hosts"),
    verify: !parameters.flag("no_verify"),
    proxy: chosen === "auto" && netcat !== null ? "netcat" : chosen,
    netcat: netcat ?? "nc",
    socket: socket ?? `${systemFolder}/libvirt-sock`,
    name: "",
  };
}

/** For this side only; whatever the transport, the daemon does not get to see them. */
const ours = new Set(
  "name command socket netcat keyfile pkipath known_hosts mode proxy no_sanity no_verify no_tty".split(" "),
);
const unsupported = new Set(["auth", "authfile", "sshauth", "tls_priority", "known_hosts_verify"]);

/** `a=1&b=2`, also with `;` between, where `+` is a plus. Names compare without case. */
class Parameters {
  readonly #values = new Map<string, string>();

  constructor(query: string) {
    for (const item of query.split(/[&;]/)) {
      if (item === "") continue;
      const [name = "", ...value] = item.split("=");
      const key = decoded(name).toLowerCase();
      if (unsupported.has(key)) throw new LibvirtUriError(`the parameter ${key} is not supported`);
      this.#values.set(key, decoded(value.join("=")));
    }
  }

  text(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  flag(name: string): boolean {
    const value = this.text(name);
    if (value === null) return false;
    if (!/^-?\d+$/.test(value)) throw new LibvirtUriError(`${name}=${value} is not a number`);
    return Number(value) !== 0;
  }

  /** What is not for this side goes to the daemon, as libvirt does it. */
  rest(): string {
    const items = [...this.#values]
      .filter(([name]) => !ours.has(name))
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return items.length === 0 ? "" : `?${items.join("&")}`;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new LibvirtUriError(`"${text}" has a broken % escape`, { cause });
  }
}

function validPort(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw new LibvirtUriError(`${text} is not a port`);
  return port;
}
