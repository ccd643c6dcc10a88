// A text classifier behind HTTP as one writes it in an hour: node server.mjs GRAPH ARTIFACT-FOLDER
//   POST /      {"input": text or [texts]}  →  {"label","score"} or [{"label","score"},…]; a list is one padded batch
//   POST /ids   the same  →  [[token ids],…]
// Every request is run as it comes. Prints "listening PORT".
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { WordPiece } from './wordpiece.mjs';

const [graph, folder] = process.argv.slice(2);
const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const tokenizer = new WordPiece(folder, config.max_tokens);
const session = await ort.InferenceSession.create(graph);

async function classify(texts) {
  const encoded = texts.map(text => tokenizer.encode(text));
  const width = Math.max(...encoded.map(ids => ids.length));
  const ids = new BigInt64Array(texts.length * width).fill(BigInt(tokenizer.padding));
  const mask = new BigInt64Array(ids.length);
  encoded.forEach((row, index) => row.forEach((id, place) => {
    ids[index * width + place] = BigInt(id);
    mask[index * width + place] = 1n;
  }));
  const tensor = data => new ort.Tensor('int64', data, [texts.length, width]);
  const inputs = { input_ids: tensor(ids), attention_mask: tensor(mask) };
  if (session.inputNames.includes('token_type_ids')) {
    inputs.token_type_ids = tensor(new BigInt64Array(ids.length));
  }
  const { logits } = await session.run(inputs, ['logits']);
  const labels = config.labels.length;
  return texts.map((_, index) => best(logits.data.subarray(index * labels, (index + 1) * labels)));
}

function best(logits) {
  const top = Math.max(...logits);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
  return { label: config.labels[logits.indexOf(top)], score: 1 / total };
}

async function answer(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const { input } = JSON.parse(Buffer.concat(chunks).toString());
  const texts = Array.isArray(input) ? input : [input];
  if (request.url === '/ids') {
    return texts.map(text => tokenizer.encode(text));
  }
  const answers = await classify(texts);
  return Array.isArray(input) ? answers : answers[0];
}

const server = createServer(async (request, response) => {
  try {
    const body = JSON.stringify(await answer(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
// Clients keep their connections between two measurements.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
