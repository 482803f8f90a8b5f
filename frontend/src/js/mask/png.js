// Writes pictures in shades of gray as PNG. A canvas could do it, too, but it takes four bytes for each pixel and seconds
// for a large picture; this takes rows as they come, and sends exactly the values that it is given.

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BAND_BYTES = 1 << 20;
const NO_FILTER = 0;

const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_OF_BYTE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return ~value >>> 0;
}

function chunk(kind, body) {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(kind), 4);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

function header(width, height) {
  const body = new Uint8Array(13);
  const view = new DataView(body.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // Eight bits of gray, without transparency.
  body.set([8, 0, 0, 0, 0], 8);
  return chunk("IHDR", body);
}

async function deflate(bands) {
  const stream = new CompressionStream("deflate");
  const result = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  for (const band of bands) {
    await writer.ready;
    // A fault of the stream comes out with the result.
    writer.write(band).catch(() => {});
  }
  writer.close().catch(() => {});
  return new Uint8Array(await result);
}

function* inBands(width, height, rowAt) {
  const most = Math.max(1, Math.floor(BAND_BYTES / (width + 1)));
  for (let top = 0; top < height; top += most) {
    const rows = Math.min(most, height - top);
    const band = new Uint8Array((width + 1) * rows);
    for (let row = 0; row < rows; row += 1) {
      band[row * (width + 1)] = NO_FILTER;
      band.set(rowAt(top + row), row * (width + 1) + 1);
    }
    yield band;
  }
}

// The parts of the file; `rowAt` gives the bytes of one row.
export async function encodeGray(width, height, rowAt) {
  const body = await deflate(inBands(width, height, rowAt));
  return [SIGNATURE, header(width, height), chunk("IDAT", body), chunk("IEND", new Uint8Array(0))];
}

// A function that gives the rows of pixels of one size as rows of another: each pixel is the one that lies under its middle.
export function enlarged(pixels, from, to) {
  const columns = Uint32Array.from({ length: to.width }, (_, x) => Math.floor(((x + 0.5) * from.width) / to.width));
  const row = new Uint8Array(to.width);
  let shown = -1;
  return (y) => {
    const wanted = Math.floor(((y + 0.5) * from.height) / to.height);
    if (wanted !== shown) {
      const start = wanted * from.width;
      for (let x = 0; x < to.width; x += 1) row[x] = pixels[start + columns[x]];
      shown = wanted;
    }
    return row;
  };
}
