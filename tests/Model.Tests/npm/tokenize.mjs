// Encodes texts with Hugging Face's own code: node tokenize.mjs request.json answer.json
//   request  { engine: 'rust' | 'js', folder, inputs: [[text, pair or null]], maxLength or null }
//   answer   [{ ids, types, offsets }]; offsets (of 'rust' only) count code points
// An unpaired surrogate becomes U+FFFD on the way into either engine.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [requestFile, answerFile] = process.argv.slice(2);
const request = JSON.parse(readFileSync(requestFile, 'utf8'));
const file = name => readFileSync(join(request.folder, name), 'utf8');
const engines = { rust, js };
writeFileSync(answerFile, JSON.stringify(await engines[request.engine]()));

async function rust() {
  const { Tokenizer } = (await import('tokenizers')).default;
  const tokenizer = Tokenizer.fromString(file('tokenizer.json'));
  if (request.maxLength !== null) {
    tokenizer.setTruncation(request.maxLength);
  }
  const answers = [];
  for (const [text, pair] of request.inputs) {
    const encoding = await tokenizer.encode(text, pair);
    answers.push({ ids: encoding.getIds(), types: encoding.getTypeIds(), offsets: encoding.getOffsets() });
  }
  return answers;
}

async function js() {
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const tokenizer = new Tokenizer(JSON.parse(file('tokenizer.json')), JSON.parse(file('tokenizer_config.json')));
  return request.inputs.map(([text, pair]) => {
    const { ids, token_type_ids: types } = tokenizer.encode(text, { text_pair: pair, return_token_type_ids: true });
    return { ids, types: types ?? [], offsets: [] };
  });
}
