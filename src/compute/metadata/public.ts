// What other services may ask the metadata service.

import { peerKey } from "../../core/peers.ts";
import type { FetchApp } from "../../http/server.ts";

export interface MetadataPublic {
  /**
   * The service itself, for who makes it reachable as 169.254.169.254 and hands on the guest's own address
   * (`RequestEnv.remoteAddress`).
   */
  app: FetchApp;
  /** With which a proxy signs a server's id (HMAC-SHA256, hex); null when proxies are not heard. */
  sharedSecret: string | null;
}

export const metadataPublic = peerKey<MetadataPublic>("n-api-meta");
