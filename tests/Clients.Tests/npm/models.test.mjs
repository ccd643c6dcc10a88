import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { all, client, fineTune, hasEnded, job, until, upload } from './support.mjs';

let model;

test('presets and fine-tuned models are listed', async () => {
  const file = await upload();
  const { id } = await fineTune(file.id, { suffix: 'npm-models' });
  model = (await until(job(id), hasEnded)).fine_tuned_model;
  const models = await all(client.models.list());
  assert.ok(models.some(({ id }) => id === model) && models.some(({ id }) => id === 'mlp'));
  assert.ok(models.every(({ object, created, owned_by }) => object === 'model' && Number.isInteger(created) && owned_by));
});

test('a model is retrieved by version, name and alias, however they are encoded', async () => {
  for (const address of [model, 'npm-models', 'npm-models@latest']) {
    assert.equal((await client.models.retrieve(address)).id, model);
  }
});

test('a model that serves is not deleted, and the refusal is final', async () => {
  const file = await upload();
  const { id } = await fineTune(file.id, { suffix: 'npm-models' });
  const newest = (await until(job(id), hasEnded)).fine_tuned_model;
  let sent = 0;
  const counting = client.withOptions({ fetch: (...request) => (sent++, fetch(...request)) });
  await assert.rejects(counting.models.delete(newest), error => {
    assert.ok(error instanceof OpenAI.ConflictError);
    assert.equal(error.code, 'version_in_use');
    return true;
  });
  assert.equal(sent, 1);
});

test('a fine-tuned model is deleted by its version', async () => {
  assert.deepEqual(await client.models.delete(model), { id: model, object: 'model', deleted: true });
  await assert.rejects(client.models.retrieve(model), OpenAI.NotFoundError);
});

test('a model that is not there is not found, even with a slash', async () => {
  for (const address of ['nobody', 'team/nobody:3@prod', 'npm-models:99']) {
    await assert.rejects(client.models.retrieve(address), error => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, 'model_not_found');
      return true;
    });
  }
});
