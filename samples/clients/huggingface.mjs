// Classify with the stock npm client of Hugging Face.
//   npm install @huggingface/inference
//   node huggingface.mjs http://127.0.0.1:8080/models/support-tickets "Where is my refund?"
import { textClassification } from '@huggingface/inference';

const [endpointUrl, inputs] = process.argv.slice(2);

const scores = await textClassification({ endpointUrl, inputs });
console.log(scores[0].label);
