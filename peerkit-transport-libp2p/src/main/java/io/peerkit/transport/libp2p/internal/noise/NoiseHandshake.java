// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The three messages of {@code Noise_XX_25519_ChaChaPoly_SHA256}, from either side.
 *
 * <pre>{@code
 *   initiator                       responder
 *     | 1  e                           |
 *     | -----------------------------> |
 *     | 2            e, ee, s, es      |
 *     | <----------------------------- |
 *     | 3  s, se                       |
 *     | -----------------------------> |
 * }</pre>
 *
 * <p>Each message carries a payload, which is secret from the second on. Keys are passed in; nothing is random here.
 *
 * @see <a href="https://noiseprotocol.org/noise.html#interactive-handshake-patterns-fundamental">Noise, section 7.5</a>
 */
final class NoiseHandshake {
    static final String PROTOCOL_NAME = "Noise_XX_25519_ChaChaPoly_SHA256";

    private static final int KEY_BYTES = X25519KeyPair.KEY_BYTES;
    private static final int MESSAGES = 3;

    private final boolean initiator;
    private final X25519KeyPair localStatic;
    private final X25519KeyPair localEphemeral;
    private final SymmetricState symmetric;
    private byte @Nullable [] remoteEphemeral;
    private byte @Nullable [] remoteStatic;
    private int messagesDone;

    /**
     * Starts a handshake.
     *
     * @param initiator whether this side writes the first message
     * @param localStatic the key that stands for this side
     * @param localEphemeral a fresh key for this handshake alone
     * @param prologue what both sides must agree on beforehand
     */
    NoiseHandshake(boolean initiator, X25519KeyPair localStatic, X25519KeyPair localEphemeral, byte[] prologue) {
        this.initiator = initiator;
        this.localStatic = localStatic;
        this.localEphemeral = localEphemeral;
        this.symmetric = new SymmetricState(PROTOCOL_NAME, prologue);
    }

    boolean isComplete() {
        return messagesDone == MESSAGES;
    }

    /** Whether the next message is this side's to write. */
    boolean isWriting() {
        return !isComplete() && initiator == (messagesDone % 2 == 0);
    }

    /**
     * Writes the next message.
     *
     * @throws LimitExceededException when the message would have more than 65,535 bytes
     */
    byte[] write(byte[] payload) {
        if (!isWriting()) {
            throw new IllegalStateException("noise message " + (messagesDone + 1) + " is not this side's to write");
        }
        // The longest message, the second, has two keys and two tags before its payload's end.
        int overhead = 2 * KEY_BYTES + 2 * NoiseFrame.TAG_BYTES;
        if (payload.length > NoiseFrame.MAX_MESSAGE_BYTES - overhead) {
            throw new LimitExceededException("noise payload of " + payload.length + " bytes, at most "
                    + (NoiseFrame.MAX_MESSAGE_BYTES - overhead));
        }
        byte[] keys = writeKeys();
        byte[] text = symmetric.encryptAndHash(payload);
        messagesDone++;
        byte[] message = Arrays.copyOf(keys, keys.length + text.length);
        System.arraycopy(text, 0, message, keys.length, text.length);
        return message;
    }

    private byte[] writeKeys() {
        if (messagesDone == 2) {
            byte[] encryptedStatic = symmetric.encryptAndHash(localStatic.publicKey());
            symmetric.mixKey(localStatic.agree(known(remoteEphemeral)));
            return encryptedStatic;
        }
        byte[] ephemeral = localEphemeral.publicKey();
        symmetric.mixHash(ephemeral);
        if (messagesDone == 0) {
            return ephemeral;
        }
        symmetric.mixKey(localEphemeral.agree(known(remoteEphemeral)));
        byte[] encryptedStatic = symmetric.encryptAndHash(localStatic.publicKey());
        symmetric.mixKey(localStatic.agree(known(remoteEphemeral)));
        byte[] keys = Arrays.copyOf(ephemeral, KEY_BYTES + encryptedStatic.length);
        System.arraycopy(encryptedStatic, 0, keys, KEY_BYTES, encryptedStatic.length);
        return keys;
    }

    /**
     * Reads the next message. After a failure the handshake is over.
     *
     * @return its payload
     * @throws InvalidBytesException when the message is cut off, too long or not authentic, or a key is of small order
     */
    byte[] read(byte[] message) {
        if (isComplete() || isWriting()) {
            throw new IllegalStateException("noise message " + (messagesDone + 1) + " is not this side's to read");
        }
        if (message.length > NoiseFrame.MAX_MESSAGE_BYTES) {
            throw new InvalidBytesException(
                    "noise handshake message of " + message.length + " bytes, at most " + NoiseFrame.MAX_MESSAGE_BYTES);
        }
        int keyBytes = readKeys(message);
        byte[] payload = symmetric.decryptAndHash(slice(message, keyBytes, message.length - keyBytes));
        messagesDone++;
        return payload;
    }

    private int readKeys(byte[] message) {
        int read = 0;
        if (messagesDone < 2) {
            remoteEphemeral = slice(message, 0, KEY_BYTES);
            symmetric.mixHash(remoteEphemeral);
            read = KEY_BYTES;
        }
        if (messagesDone == 1) {
            symmetric.mixKey(localEphemeral.agree(known(remoteEphemeral)));
        }
        if (messagesDone > 0) {
            int length = symmetric.encryptedLength(KEY_BYTES);
            remoteStatic = symmetric.decryptAndHash(slice(message, read, length));
            // The sender's static key with the reader's ephemeral one: es in message 2, se in message 3.
            symmetric.mixKey(localEphemeral.agree(remoteStatic));
            read += length;
        }
        return read;
    }

    private static byte[] slice(byte[] message, int start, int length) {
        if (start + length > message.length) {
            throw new InvalidBytesException("noise handshake message of " + message.length
                    + " bytes is cut off, at least " + (start + length) + " expected");
        }
        return Arrays.copyOfRange(message, start, start + length);
    }

    /** The peer's static key, once its message was read. */
    byte[] remoteStatic() {
        return known(remoteStatic).clone();
    }

    byte[] handshakeHash() {
        return symmetric.handshakeHash();
    }

    /** The ciphers for what follows the last message: what this side sends with, then what it receives with. */
    CipherState[] split() {
        if (!isComplete()) {
            throw new IllegalStateException("noise handshake has done " + messagesDone + " messages of " + MESSAGES);
        }
        CipherState[] ciphers = symmetric.split();
        return initiator ? ciphers : new CipherState[] {ciphers[1], ciphers[0]};
    }

    private static byte[] known(byte @Nullable [] key) {
        if (key == null) {
            throw new IllegalStateException("noise handshake has not come to the peer's key");
        }
        return key;
    }
}
