import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceClient, textClassification } from '@huggingface/inference';
import { client, fineTune, hasEnded, job, until, upload } from './support.mjs';

const service = client.baseURL.replace(/\/v1\/?$/, '');
const endpointUrl = `${service}/models/npm-huggingface`;
const accessToken = client.apiKey;

test('textClassification answers all labels, best first', async () => {
  const file = await upload();
  const { id } = await fineTune(file.id, { epochs: 5, suffix: 'npm-huggingface' });
  assert.equal((await until(job(id), hasEnded)).status, 'succeeded');
  const scores = await textClassification({ endpointUrl, accessToken, inputs: 'the match was won' });
  assert.deepEqual(scores.map(({ label }) => label).sort(), ['money', 'sport']);
  assert.ok(scores[0].score >= scores[1].score);
  assert.ok(Math.abs(scores[0].score + scores[1].score - 1) < 1e-4);
});

test('its parameters are honoured, by client and by endpoint', async () => {
  const endpoint = new InferenceClient(accessToken).endpoint(endpointUrl);
  const [best, ...others] = await endpoint.textClassification({ inputs: 'the match was won', parameters: { top_k: 1, function_to_apply: 'none' } });
  assert.deepEqual(others, []);
  assert.ok(['money', 'sport'].includes(best.label));
});

test('an unknown model is an error that says so, with the id of the request', async () => {
  await assert.rejects(textClassification({ endpointUrl: `${service}/models/nobody`, accessToken, inputs: 'a' }), error => {
    assert.match(error.message, /nobody/);
    assert.equal(error.httpResponse.status, 404);
    assert.ok(error.httpResponse.requestId);
    return true;
  });
});

test('without a key it is refused with what to send', async () => {
  await assert.rejects(textClassification({ endpointUrl, inputs: 'a' }), error => {
    assert.match(error.message, /key/i);
    assert.equal(error.httpResponse.status, 401);
    return true;
  });
});
