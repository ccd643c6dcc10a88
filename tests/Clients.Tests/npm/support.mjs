// What the tours share: a client pointed at the service by OPENAI_BASE_URL, a small set of texts, waiting.
import OpenAI, { toFile } from 'openai';

export const client = new OpenAI();

/** Labelled texts of two topics. */
export function texts(count = 40) {
  const rows = Array.from({ length: count }, (_, i) =>
    i % 2 ? `the shares number ${i} fell,money` : `the match number ${i} was won,sport`);
  return ['text,label', ...rows, ''].join('\n');
}

export async function upload(content = texts(), purpose = 'fine-tune', name = 'train.csv') {
  return client.files.create({ file: await toFile(Buffer.from(content), name), purpose });
}

/** A fine-tune of a model small enough for seconds; options of the service's own go beside OpenAI's. */
export function fineTune(trainingFile, { epochs = 2, ...others } = {}) {
  return client.fineTuning.jobs.create({
    model: 'mlp',
    training_file: trainingFile,
    method: {
      type: 'supervised',
      supervised: { hyperparameters: { n_epochs: epochs, batch_size: 8, hidden_size: 16, early_stopping_patience: 0 } },
    },
    ...others,
  });
}

/** Asks again until the answer satisfies the condition. */
export async function until(ask, condition, seconds = 120) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (condition(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still not so after ${seconds} s: ${JSON.stringify(answer)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export const job = id => () => client.fineTuning.jobs.retrieve(id);
export const hasStatus = (...statuses) => ({ status }) => statuses.includes(status);
export const hasEnded = hasStatus('succeeded', 'failed', 'cancelled');

/** All items of a list, fetched page by page. */
export async function all(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}
