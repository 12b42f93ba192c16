// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS 1.3 records by the JDK's engine.
 *
 * <p>A peer may also send tickets, which are not kept, and updates of its key, each time as a record without data. The answer to
 * an update goes out before the next data of this side, which is when it is due.
 */
final class TlsChannel implements SecureChannel {
    private static final int RECORDS = 4;

    /** What one {@link #seal} takes: as many full records as make one write worth its while. */
    static final int MAX_PLAINTEXT_BYTES = RECORDS * TlsRecord.SENT_PLAINTEXT_BYTES;

    /** Records without data that a peer may send; a server sends a ticket or two. */
    static final int MAX_EMPTY_RECORDS = 64;

    /** One record more may be empty for as many bytes of data. */
    static final int BYTES_PER_EMPTY_RECORD = 1_048_576;

    /** Room for an update of the key before the data, should one be due. */
    private static final int UPDATE_BYTES = 256;

    private static final int MAX_SEALED_BYTES = MAX_PLAINTEXT_BYTES + RECORDS * TlsRecord.OVERHEAD_BYTES + UPDATE_BYTES;

    private final SSLEngine engine;
    private final PeerId remote;
    private final Optional<String> muxer;
    private final TlsRecordReader records = new TlsRecordReader();

    private long receivedBytes;
    private int emptyRecords;

    TlsChannel(SSLEngine engine, PeerId remote, Optional<String> muxer) {
        this.engine = engine;
        this.remote = remote;
        this.muxer = muxer;
    }

    @Override
    public PeerId remote() {
        return remote;
    }

    @Override
    public Optional<String> muxer() {
        return muxer;
    }

    @Override
    public boolean next(ByteBuf in) {
        return records.next(in);
    }

    @Override
    public ByteBuf take() {
        ByteBuffer record = records.take();
        byte[] plaintext = new byte[record.remaining()];
        ByteBuffer out = ByteBuffer.wrap(plaintext);
        try {
            SSLEngineResult result = engine.unwrap(record, out);
            if (result.getStatus() == Status.CLOSED) {
                throw new InvalidBytesException("tls peer has closed the channel, no data follows");
            }
            if (result.getStatus() != Status.OK || record.hasRemaining()) {
                throw new InvalidBytesException(
                        "tls record of " + plaintext.length + " bytes is read as " + result.getStatus());
            }
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                TlsHandshake.runTasks(engine);
            }
        } catch (SSLException e) {
            throw new InvalidBytesException("tls: " + e.getMessage(), e);
        }
        count(out.position());
        return Unpooled.wrappedBuffer(plaintext, 0, out.position());
    }

    private void count(int bytes) {
        receivedBytes += bytes;
        if (bytes == 0 && ++emptyRecords > MAX_EMPTY_RECORDS + receivedBytes / BYTES_PER_EMPTY_RECORD) {
            throw new InvalidBytesException("tls peer sent " + emptyRecords + " records without data and "
                    + receivedBytes + " bytes of data, at most " + MAX_EMPTY_RECORDS + " and one more for each "
                    + BYTES_PER_EMPTY_RECORD);
        }
    }

    @Override
    public ByteBuf plaintext() {
        return TlsScratch.ofThread().plaintext().clear();
    }

    @Override
    public int maxPlaintextBytes() {
        return MAX_PLAINTEXT_BYTES;
    }

    @Override
    public int maxSealedBytes() {
        return MAX_SEALED_BYTES;
    }

    @Override
    public void seal(ByteBuf out) {
        TlsScratch scratch = TlsScratch.ofThread();
        ByteBuf plaintext = scratch.plaintext();
        ByteBuffer in = plaintext.internalNioBuffer(plaintext.readerIndex(), plaintext.readableBytes());
        try {
            while (in.hasRemaining()) {
                sealRecord(in, out, scratch.record());
            }
        } catch (SSLException e) {
            throw new ClosedException("tls channel to " + remote + " is broken: " + e.getMessage(), e);
        }
    }

    /** On the heap the JDK encrypts so much faster that the copy to the socket's memory is worth it. */
    private void sealRecord(ByteBuffer in, ByteBuf out, ByteBuffer record) throws SSLException {
        SSLEngineResult result = engine.wrap(in, record);
        if (result.getStatus() != Status.OK) {
            throw new SSLException("record is written as " + result.getStatus());
        }
        out.writeBytes(record.flip());
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            TlsHandshake.runTasks(engine);
        }
    }

    /** An alert when there is one to be told, else that this side closes. */
    @Override
    public byte[] end() {
        engine.closeOutbound();
        ByteArrayOutputStream last = new ByteArrayOutputStream();
        try {
            while (!engine.isOutboundDone()) {
                ByteBuffer record = TlsScratch.ofThread().record();
                engine.wrap(TlsScratch.NOTHING, record);
                if (record.position() == 0) {
                    break;
                }
                last.write(record.array(), record.arrayOffset(), record.position());
            }
        } catch (SSLException e) {
            // Nothing more can be told.
        }
        return last.toByteArray();
    }

    @Override
    public void trim() {
        records.trim();
    }
}
