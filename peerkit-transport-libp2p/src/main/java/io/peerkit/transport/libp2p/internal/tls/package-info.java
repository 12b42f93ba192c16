// SPDX-License-Identifier: Apache-2.0
/**
 * TLS 1.3 as libp2p uses it, without IO: the handshake is Bouncy Castle's, the judgement of certificates and the records are
 * ours, with the JDK's ciphers. Why is said in decision 26.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/tls/tls.md">libp2p TLS, r0</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446">RFC 8446, TLS 1.3</a>
 */
package io.peerkit.transport.libp2p.internal.tls;
