import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { md5, noise } from "../testing.ts";
import { HashThread, PIECE_BYTES } from "./hash-thread.ts";

/** In memory that both threads see. */
function piece(thread: HashThread, data: Uint8Array): Uint8Array {
  const shared = thread.takePiece().subarray(0, data.length);
  shared.set(data);
  return shared;
}

test("streams are hashed each by itself, however their pieces come", async () => {
  const thread = new HashThread(new FakeClock());
  try {
    const data = [noise(PIECE_BYTES, 1), noise(1000, 2), noise(PIECE_BYTES, 3), noise(77, 4)];
    const [one, two, gone] = [thread.begin(), thread.begin(), thread.begin()];
    await Promise.all([
      one.update(piece(thread, data[0]!)),
      two.update(piece(thread, data[1]!)),
      gone.update(piece(thread, data[1]!)),
      one.update(piece(thread, data[2]!)),
    ]);
    gone.abandon();
    await expect(gone.digest()).rejects.toThrow("the stream has ended");
    await two.update(piece(thread, data[3]!));
    expect(await two.digest()).toBe(md5(Buffer.concat([data[1]!, data[3]!])));
    expect(await one.digest()).toBe(md5(Buffer.concat([data[0]!, data[2]!])));
  } finally {
    thread.stop();
  }
});

test("the thread ends when it was idle for a while, or is stopped; the next upload starts another", async () => {
  const clock = new FakeClock();
  const thread = new HashThread(clock);
  try {
    const data = noise(1000);
    const hashed = async () => {
      const stream = thread.begin();
      await stream.update(piece(thread, data));
      return stream.digest();
    };
    expect(await hashed()).toBe(md5(data));
    await clock.advance(30_000);
    expect(await hashed()).toBe(md5(data));
    const cut = thread.begin();
    const waiting = cut.update(piece(thread, data));
    thread.stop();
    await expect(waiting).rejects.toThrow("was stopped");
    await expect(cut.digest()).rejects.toThrow("the stream has ended");
    expect(await hashed()).toBe(md5(data));
  } finally {
    thread.stop();
  }
});
