// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;

/** Memory that all connections of a thread share, for as long as one call or one message takes. */
final class TlsScratch {
    /** The JDK's engine wants room for the longest record of any version of TLS, 16,709 bytes, whatever it writes. */
    static final int RECORD_BYTES = 32_768;

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final FastThreadLocal<TlsScratch> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected TlsScratch initialValue() {
            return new TlsScratch();
        }
    };

    private final ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
    private final ByteBuf plaintext = Unpooled.wrappedBuffer(new byte[TlsChannel.MAX_PLAINTEXT_BYTES]);

    private TlsScratch() {}

    /** The calling thread's. */
    static TlsScratch ofThread() {
        return OF_THREAD.get();
    }

    /** An empty buffer on the heap for one record. */
    ByteBuffer record() {
        return record.clear();
    }

    /** What is to be sent. */
    ByteBuf plaintext() {
        return plaintext;
    }
}
