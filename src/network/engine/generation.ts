// Which generation of packet filters the kernel has: a number that every change by anybody raises, per network
// namespace. Reading it costs a few microseconds, so meddling is noticed without listing any table. Authority:
// linux/netfilter/nf_tables.h (NFT_MSG_GETGEN).

import { askKernel } from "./libc.ts";

const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_NEWGEN = 15;
const NFT_MSG_GETGEN = 16;
const NLM_F_REQUEST = 1;
/** A netlink header and that of netfilter. */
const HEADER_BYTES = 20;
const NFTA_GEN_ID = 1;

/** Of the namespace this process is in. @throws Error where the kernel knows no nftables */
export function filterGeneration(): number {
  const question = Buffer.alloc(HEADER_BYTES);
  question.writeUInt32LE(HEADER_BYTES, 0);
  question.writeUInt16LE((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN, 4);
  question.writeUInt16LE(NLM_F_REQUEST, 6);
  const answer = askKernel(NETLINK_NETFILTER, question);
  const wanted = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN;
  if (answer.length >= HEADER_BYTES && answer.readUInt16LE(4) === wanted) {
    for (let at = HEADER_BYTES; at + 8 <= answer.length; ) {
      const length = answer.readUInt16LE(at);
      if (answer.readUInt16LE(at + 2) === NFTA_GEN_ID) return answer.readUInt32BE(at + 4);
      at += Math.max((length + 3) & ~3, 4);
    }
  }
  throw new Error("the kernel does not tell the generation of its packet filters");
}
