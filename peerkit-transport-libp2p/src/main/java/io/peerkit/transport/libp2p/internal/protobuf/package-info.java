// SPDX-License-Identifier: Apache-2.0
/** The part of Protocol Buffers that libp2p's messages use: numbers and length-delimited fields. */
package io.peerkit.transport.libp2p.internal.protobuf;
