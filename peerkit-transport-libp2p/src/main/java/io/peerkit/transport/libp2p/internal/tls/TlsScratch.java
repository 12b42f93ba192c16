// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Memory that all connections of a thread share, for as long as one message takes.
 *
 * <p>The JDK's ciphers want heap arrays, the socket memory outside the heap; so the one copy that has to be made is that of the
 * finished record.
 */
final class TlsScratch {
    private static final FastThreadLocal<TlsScratch> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected TlsScratch initialValue() {
            return new TlsScratch();
        }
    };

    /** One byte more than {@link #plaintext} can hold, for the type behind the last record. */
    private final byte[] inner = new byte[TlsChannel.MAX_PLAINTEXT_BYTES + 1];

    private final ByteBuf plaintext = Unpooled.wrappedBuffer(inner, 0, TlsChannel.MAX_PLAINTEXT_BYTES);
    private final byte[] record = new byte[TlsRecord.MAX_PLAINTEXT_BYTES + TlsRecord.OVERHEAD_BYTES];

    private TlsScratch() {}

    /** The calling thread's. */
    static TlsScratch ofThread() {
        return OF_THREAD.get();
    }

    /** What is to be sent. */
    ByteBuf plaintext() {
        return plaintext;
    }

    /** What lies under {@link #plaintext}. */
    byte[] inner() {
        return inner;
    }

    /** Room for one record. */
    byte[] record() {
        return record;
    }
}
