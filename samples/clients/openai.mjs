// Fine-tune and classify with the stock npm client.
//   npm install openai
//   OPENAI_BASE_URL=http://127.0.0.1:8080/v1 OPENAI_API_KEY=any node openai.mjs train.csv my-model "a new text"
import { createReadStream } from 'node:fs';
import OpenAI from 'openai';

const [path, name, text] = process.argv.slice(2);
const client = new OpenAI(); // reads OPENAI_BASE_URL and OPENAI_API_KEY

const file = await client.files.create({ file: createReadStream(path), purpose: 'fine-tune' });
let job = await client.fineTuning.jobs.create({ model: 'mlp', training_file: file.id, suffix: name });
while (!['succeeded', 'failed', 'cancelled'].includes(job.status)) {
  await new Promise(resolve => setTimeout(resolve, 1000));
  job = await client.fineTuning.jobs.retrieve(job.id);
}
if (job.status !== 'succeeded') throw new Error(job.error?.message ?? `The job was ${job.status}.`);

// Classification is a route of the service's own, which the client posts to as it is.
const answer = await client.post('/classify', { body: { model: job.fine_tuned_model, input: text } });
console.log(`${job.fine_tuned_model}: ${answer.data[0].label}`);
