'use strict'
// MQTT.js opposite the benchmark's peer: receives QoS 1 messages of the topic t and acknowledges them, until it is killed.
// Arguments: port.
const mqtt = require('mqtt')

const client = mqtt.connect({ host: '127.0.0.1', port: Number(process.argv[2]), protocolVersion: 4, reconnectPeriod: 0 })
client.on('connect', () => client.subscribe('t', { qos: 1 }))
let received = 0
client.on('message', () => { received++; })
