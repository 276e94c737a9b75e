// Options of `[app:proxy-server]`. Authority: swift/proxy/server.py, class Application.

import { type Conf, confInt, confNumber, confText } from "../pipeline/contract.ts";
import { isTrue, listFromCsv } from "../wire.ts";

export interface ProxySettings {
  accountAutocreate: boolean;
  allowAccountManagement: boolean;
  /** 0: no limit. */
  maxContainersPerAccount: number;
  maxContainersWhitelist: string[];
  denyHostHeaders: string[];
  corsAllowOrigin: string[];
  corsExposeHeaders: string[];
  strictCors: boolean;
  /** Headers only an account's owner sees and sets, in lower case. */
  ownerHeaders: string[];
  exposeInfo: boolean;
  disallowedSections: string[];
  adminKey: string;
  /** Seconds of silence after which an upload is given up (408). */
  clientTimeout: number;
}

const OWNER_HEADERS =
  "x-container-read, x-container-write, x-container-sync-key, x-container-sync-to, x-account-meta-temp-url-key, x-account-meta-temp-url-key-2, x-container-meta-temp-url-key, x-container-meta-temp-url-key-2, x-account-access-control";

/** @throws Error for a value that cannot be understood */
export function proxySettings(conf: Conf): ProxySettings {
  return {
    accountAutocreate: isTrue(confText(conf, "account_autocreate", "true")),
    allowAccountManagement: isTrue(confText(conf, "allow_account_management", "no")),
    maxContainersPerAccount: confInt(conf, "max_containers_per_account", 0),
    maxContainersWhitelist: listFromCsv(conf.get("max_containers_whitelist")),
    denyHostHeaders: listFromCsv(conf.get("deny_host_headers")),
    corsAllowOrigin: listFromCsv(conf.get("cors_allow_origin")),
    corsExposeHeaders: listFromCsv(conf.get("cors_expose_headers")),
    strictCors: isTrue(confText(conf, "strict_cors_mode", "true")),
    ownerHeaders: listFromCsv(confText(conf, "swift_owner_headers", OWNER_HEADERS)).map((name) =>
      name.toLowerCase(),
    ),
    exposeInfo: isTrue(confText(conf, "expose_info", "yes")),
    disallowedSections: listFromCsv(confText(conf, "disallowed_sections", "swift.valid_api_versions")),
    adminKey: confText(conf, "admin_key"),
    clientTimeout: confNumber(conf, "client_timeout", 60),
  };
}
