// How Hugging Face's tokenizers library sees every code point: node classes.mjs answer.txt
// A line for each: code point; D dropped, S space, K kept by clean_text; 1 an ideograph; W word, P punctuation, S space of BertPreTokenizer;
// L, N, S, O of GPT-2's expression; what strip_accents makes of it and what lowercase makes of it, in hexadecimal, - for unchanged.
import { writeFileSync } from 'node:fs';
import tokenizers from 'tokenizers';

const off = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };
const normalizer = on => tokenizers.bertNormalizer({ ...off, ...on });
const clean = normalizer({ cleanText: true });
const ideographs = normalizer({ handleChineseChars: true });
const accents = normalizer({ stripAccents: true });
const lower = normalizer({ lowercase: true });
const bert = tokenizers.bertPreTokenizer();
const bytes = tokenizers.byteLevelPreTokenizer(false, true);
const changed = (normalized, c) => normalized === c ? '-' : [...normalized].map(one => one.codePointAt(0).toString(16)).join(' ');
const lines = [];
for (let value = 0; value < 0x110000; value++) {
  if (value >= 0xd800 && value < 0xe000) {
    continue;
  }
  const c = String.fromCodePoint(value);
  const cleaned = clean.normalizeString(`x${c}y`);
  const words = bert.preTokenizeString(`x${c}y`).length;
  const joins = around => bytes.preTokenizeString(around + c + around).length === 1;
  lines.push([
    value.toString(16),
    cleaned === 'xy' ? 'D' : cleaned === 'x y' ? 'S' : 'K',
    ideographs.normalizeString(c) === c ? 0 : 1,
    words === 1 ? 'W' : words === 3 ? 'P' : 'S',
    joins('a') ? 'L' : joins('1') ? 'N' : joins('!') ? 'O' : 'S',
    changed(accents.normalizeString(c), c),
    changed(lower.normalizeString(c), c),
  ].join(';'));
}
writeFileSync(process.argv[2], lines.join('\n'));
