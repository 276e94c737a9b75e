import { expect, test } from "bun:test";
import { TarError } from "../tar.ts";
import { chunks, gather, md5 } from "../testing.ts";
import { bunzip } from "./bunzip.ts";

/** 42,000 bytes of a sentence, every byte eight times, 70,000 times the same byte: packed by bzip2 in two blocks. */
const PACKED = Buffer.from(
  [
    "QlpoMTFBWSZTWaQbNHkAGMP/////////////////////////////////////////////0ANeAAAAJMABMAATAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJMABMAATAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABUqpEejUPQaE00YBGRo00GjRpppkwRk000ZNGgAHpA",
    "9IBtE00YRppiDCNNMmjQAMgaA0yGgAaMhpkNBkxGjCaDBNLDt5KgKiNwG4ihFSFTFENyG5jdBRiqCqirCrikFYFZFaG6itjdhXBu",
    "43gV0V4V8WAWEWmxigkkJJOlCJJKYIkkpQiSTehZRZhvY3wWcb6N+FoG/i0jgBwIpwiSTgxSC1DhBwotY4YcOLYOIFtHEi3Dihbx",
    "cBxYuIuQuYuguo4wcaLsLuOOF4HHi8jkBehyI5IXsXwcmL6OUFqkkJJMLfhyw5ccwOZHNDmxzg50c8OfHQDaoQdDSpCClFBIkFXC",
    "JJL+KYIkk6QUwRJJ0wu4oQiSTpxWwiSSmFOESSVIUQogiSTqBeh1IwYRJJ1YvYwIRJJRhEknWjrhVgiSSsBEkmBFCKcVAIkkwQpB",
    "UwiSTBigCJJKMXkdeMIOwGFFe7EWgdkMMMOMQMSOzHaDFDtRix2wxgxoxw7cdwO5HdDHjIDIjJDux3gyY70ZQd8MqMsO/GXHgDwR",
    "mB4Q8MeIPFHjDxx5A8keUPLHmDMjNDzR5w88egPRGbHpD0x6g9UesPXGcHsDOjPD2R7Q9sZ8e4PdHvD3x8A+EfEPjHyD5R8w0A+c",
    "fQNCNEPpH1D6xox9g0g0o+0fcPvGmH4D8R+Q/MacagfoNSNUNWP1H7DWD9x/A1o1w142A/kbEf0P7H+D/RshsxtBhEINqMsNsP+G",
    "3H/i7kinChIUg2aPIA==",
  ].join(""),
  "base64",
);

test("several blocks, runs, every byte", async () => {
  const whole = await gather(bunzip(chunks(PACKED)));
  expect(whole.length).toBe(114_048);
  expect(md5(whole)).toBe("325990ad162ecc7fd55184366ea6857d");
});

test("it does not matter how the bytes arrive", async () => {
  const single = chunks(...[...PACKED].map((byte) => Uint8Array.of(byte)));
  expect(md5(await gather(bunzip(single)))).toBe("325990ad162ecc7fd55184366ea6857d");
});

test("streams one after another are one", async () => {
  const two = Buffer.from(
    "QlpoOTFBWSZTWc+6oLQAAAGRAEAAAgGgACGaaDNNDLxdyRThQkM+6oLQQlpoOTFBWSZTWc3cjZoAAACBgAAAhIAgACGYGYRhdyRThQkM3cjZoA==",
    "base64",
  );
  expect((await gather(bunzip(chunks(two)))).toString()).toBe("one two");
});

test("what is damaged, cut or something else is refused", async () => {
  const damaged = Buffer.from(PACKED);
  damaged[300] = damaged[300]! ^ 1;
  for (const bytes of [damaged, PACKED.subarray(0, 500), Buffer.from("no bzip2 at all"), Buffer.alloc(0)]) {
    expect(gather(bunzip(chunks(bytes)))).rejects.toBeInstanceOf(TarError);
  }
});
