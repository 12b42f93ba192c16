// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import java.util.Arrays;
import java.util.Optional;

/**
 * The records of TLS 1.3 behind its handshake.
 *
 * <p>The answer to an update of the peer's key goes out before the next data of this side, which is when it is due. This side
 * updates its own key once that has encrypted {@link #MAX_RECORDS_OF_A_KEY} records.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-5">RFC 8446, sections 4.6.3, 5 and 6</a>
 */
final class TlsChannel implements SecureChannel {
    private static final int RECORDS = 4;

    /** What one {@link #seal} takes: as many full records as make one write worth its while. */
    static final int MAX_PLAINTEXT_BYTES = RECORDS * TlsRecord.MAX_PLAINTEXT_BYTES;

    /** Half of what RFC 8446, section 5.5 lets one key of AES-GCM encrypt, 2^24.5 records. */
    static final long MAX_RECORDS_OF_A_KEY = 1L << 23;

    /** Records without data that a peer may send; a server sends a ticket or two. */
    static final int MAX_EMPTY_RECORDS = 64;

    /** One record more may be empty for as many bytes of data. */
    static final int BYTES_PER_EMPTY_RECORD = 1_048_576;

    private static final int KEY_UPDATE_BYTES = PostHandshake.HEADER_BYTES + 1;

    private static final int MAX_SEALED_BYTES =
            MAX_PLAINTEXT_BYTES + RECORDS * TlsRecord.OVERHEAD_BYTES + KEY_UPDATE_BYTES + TlsRecord.OVERHEAD_BYTES;

    private static final int WARNING = 1;
    private static final int FATAL = 2;
    private static final int CLOSE_NOTIFY = 0;
    private static final int UNEXPECTED_MESSAGE = 10;
    private static final int ALERT_BYTES = 2;

    private final PeerId remote;
    private final Optional<String> muxer;
    private final RecordCipher sender;
    private final RecordCipher receiver;
    private final TlsRecordReader records = new TlsRecordReader();
    private final PostHandshake messages = new PostHandshake();
    private final long recordsOfAKey;
    private boolean updateDue;
    private boolean failed;
    private boolean ended;
    private long receivedBytes;
    private int emptyRecords;

    TlsChannel(PeerId remote, Optional<String> muxer, TrafficSecret ours, TrafficSecret theirs) {
        this(remote, muxer, ours, theirs, MAX_RECORDS_OF_A_KEY);
    }

    TlsChannel(PeerId remote, Optional<String> muxer, TrafficSecret ours, TrafficSecret theirs, long recordsOfAKey) {
        this.remote = remote;
        this.muxer = muxer;
        this.sender = new RecordCipher(ours);
        this.receiver = new RecordCipher(theirs);
        this.recordsOfAKey = recordsOfAKey;
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
        byte[] record = records.record();
        int length = records.take();
        try {
            return open(record, length);
        } catch (InvalidBytesException e) {
            failed = true;
            throw e;
        }
    }

    private ByteBuf open(byte[] record, int length) {
        int least = TlsRecord.OVERHEAD_BYTES;
        if (record[0] != TlsRecord.APPLICATION_DATA || length < least) {
            throw new InvalidBytesException("tls record of type " + record[0] + " and " + length
                    + " bytes behind the handshake, must be " + TlsRecord.APPLICATION_DATA + " and at least " + least);
        }
        byte[] inner = new byte[length - TlsRecord.HEADER_BYTES - TlsRecord.TAG_BYTES];
        int end = receiver.open(record, length, inner) - 1;
        while (end >= 0 && inner[end] == 0) {
            end--;
        }
        int type = end < 0 ? 0 : inner[end];
        if (end > TlsRecord.MAX_PLAINTEXT_BYTES) {
            throw new InvalidBytesException(
                    "tls record carries " + end + " bytes, at most " + TlsRecord.MAX_PLAINTEXT_BYTES);
        }
        if (messages.isWithinMessage() && type != TlsRecord.HANDSHAKE) {
            throw new InvalidBytesException("tls record carries type " + type + " within a message");
        }
        int data = 0;
        switch (type) {
            case TlsRecord.APPLICATION_DATA -> data = end;
            case TlsRecord.HANDSHAKE -> handshake(inner, end);
            case TlsRecord.ALERT -> throw alert(inner, end);
            default -> throw new InvalidBytesException("tls record carries type " + type + ", must be 21 to 23");
        }
        count(data);
        return Unpooled.wrappedBuffer(inner, 0, data);
    }

    private void handshake(byte[] content, int length) {
        PostHandshake.Outcome outcome = messages.take(content, length);
        if (outcome != PostHandshake.Outcome.NOTHING) {
            receiver.update();
            updateDue |= outcome == PostHandshake.Outcome.KEY_UPDATED_AND_OURS_REQUESTED;
        }
    }

    private static InvalidBytesException alert(byte[] content, int length) {
        if (length != ALERT_BYTES) {
            return new InvalidBytesException("tls alert of " + length + " bytes, must be " + ALERT_BYTES);
        }
        return content[1] == CLOSE_NOTIFY
                ? new InvalidBytesException("tls peer has closed the channel, no data follows")
                : new InvalidBytesException("tls peer refuses with alert " + (content[1] & 0xff));
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
        if (updateDue || sender.records() + RECORDS > recordsOfAKey) {
            updateDue = false;
            updateKey(out, false);
        }
        byte[] inner = scratch.inner();
        int end = scratch.plaintext().readableBytes();
        for (int at = 0; at < end; at += TlsRecord.MAX_PLAINTEXT_BYTES) {
            int length = Math.min(end - at, TlsRecord.MAX_PLAINTEXT_BYTES);
            // The type has to stand behind the content, for a moment in the place of what follows.
            byte next = inner[at + length];
            inner[at + length] = TlsRecord.APPLICATION_DATA;
            int written = sender.seal(inner, at, length + 1, scratch.record());
            inner[at + length] = next;
            out.writeBytes(scratch.record(), 0, written);
        }
    }

    /** Tells the peer that the next record has another key, and perhaps asks it to do the same. */
    void updateKey(ByteBuf out, boolean request) {
        byte[] message = {
            PostHandshake.KEY_UPDATE, 0, 0, 1, (byte) (request ? 1 : 0), TlsRecord.HANDSHAKE,
        };
        write(out, message);
        sender.update();
    }

    private void write(ByteBuf out, byte[] inner) {
        byte[] record = TlsScratch.ofThread().record();
        out.writeBytes(record, 0, sender.seal(inner, 0, inner.length, record));
    }

    /** That something was wrong when it was, else that this side closes. */
    @Override
    public byte[] end() {
        if (ended) {
            return new byte[0];
        }
        ended = true;
        byte level = (byte) (failed ? FATAL : WARNING);
        byte description = (byte) (failed ? UNEXPECTED_MESSAGE : CLOSE_NOTIFY);
        ByteBuf out = Unpooled.buffer(TlsRecord.OVERHEAD_BYTES + ALERT_BYTES);
        write(out, new byte[] {level, description, TlsRecord.ALERT});
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    @Override
    public void trim() {
        records.trim();
    }
}
