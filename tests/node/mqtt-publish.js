'use strict'
// MQTT.js opposite the benchmark's peer: publishes QoS 1 messages of 100 bytes on the topic t.
// Arguments: port, number of messages, how many are in flight.
const mqtt = require('mqtt')

const [port, messages, inFlight] = process.argv.slice(2).map(Number)
const payload = Buffer.alloc(100, 'x')
const client = mqtt.connect({ host: '127.0.0.1', port, protocolVersion: 4, reconnectPeriod: 0 })
let sent = 0
const next = () => {
  if (sent < messages) {
    sent++
    client.publish('t', payload, { qos: 1 }, next)
  }
}
client.on('connect', () => { for (let i = 0; i < inFlight; i++) { next(); } })
