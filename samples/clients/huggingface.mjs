// Classify with the stock npm client of Hugging Face.
//   npm install @huggingface/inference
//   node huggingface.mjs http://127.0.0.1:8080/models/support-tickets "Where is my refund?" [key]
import { textClassification } from '@huggingface/inference';

const [endpointUrl, inputs, accessToken] = process.argv.slice(2);

const scores = await textClassification({ endpointUrl, inputs, accessToken });
console.log(scores[0].label);
