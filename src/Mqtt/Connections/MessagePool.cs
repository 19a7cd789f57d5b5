using System.Buffers;
using System.Numerics;

namespace MeetNet.Mqtt.Connections;

/// <summary>A message that is lent out, or rests: its buffer, and its place among those that rest.</summary>
internal sealed class MessageLoan
{
    private readonly MessagePool _pool;
    private int _out;

    public MessageLoan(MessagePool pool, byte[] buffer)
    {
        _pool = pool;
        Buffer = buffer;
        Message = new MqttMessage(this);
    }

    public MqttMessage Message { get; }

    /// <summary>Memory for the payload.</summary>
    public byte[] Buffer { get; }

    /// <summary>The one that rests below it.</summary>
    public MessageLoan? Next { get; set; }

    /// <summary>Bytes of it and of all below it.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether somebody has it.</summary>
    public bool IsOut => Volatile.Read(ref _out) == 1;

    public void Begin() => Volatile.Write(ref _out, 1);

    /// <summary>True for one caller only, however many there are.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _out, 0) == 1;

    public void GiveBack() => _pool.Return(this);
}

/// <summary>
/// Messages that rest between two uses, each with a buffer. The receive loop alone takes; any thread returns. Keeps at most as many bytes
/// as it is told; what is beyond goes to the garbage collector, and buffers above <see cref="LargestKept"/> to
/// <see cref="ArrayPool{T}.Shared"/>, which frees what nobody uses.
/// </summary>
/// <param name="limit">Bytes to keep.</param>
internal sealed class MessagePool(long limit)
{
    /// <summary>Largest buffer that is kept, in bytes.</summary>
    public const int LargestKept = 64 * 1024;

    private const int Smallest = 128;

    /// <summary>Bytes of a message beside its buffer, rounded up.</summary>
    private const int ObjectBytes = 192;

    // Half for those ready to be taken, one list for each size (the smallest and its doublings); half for those returned meanwhile.
    private readonly long _limit = limit / 2;
    private readonly MessageLoan?[] _ready = new MessageLoan?[SizeOf(LargestKept) + 1];
    private long _readyBytes;
    private MessageLoan? _returned;

    /// <summary>A message with room for this payload.</summary>
    public MqttMessage Take(int payloadLength)
    {
        if (payloadLength > LargestKept)
        {
            return new MessageLoan(this, ArrayPool<byte>.Shared.Rent(payloadLength)).Message;
        }

        var size = SizeOf(payloadLength);
        if (_ready[size] is null)
        {
            TakeReturned();
        }

        if (_ready[size] is not { } loan)
        {
            return new MessageLoan(this, GC.AllocateUninitializedArray<byte>(Smallest << size)).Message;
        }

        _ready[size] = loan.Next;
        _readyBytes -= Weight(loan);
        loan.Next = null;
        return loan.Message;
    }

    /// <summary>Nobody uses it any more.</summary>
    public void Return(MessageLoan loan)
    {
        if (loan.Buffer.Length > LargestKept)
        {
            ArrayPool<byte>.Shared.Return(loan.Buffer);
            return;
        }

        MessageLoan? top;
        do
        {
            // They are taken off all at once, so the same one on top means that it is the same stack.
            top = Volatile.Read(ref _returned);
            loan.Next = top;
            loan.Bytes = Weight(loan) + (top?.Bytes ?? 0);
            if (loan.Bytes > _limit)
            {
                loan.Next = null;
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _returned, loan, top) != top);
    }

    private void TakeReturned()
    {
        var next = Interlocked.Exchange(ref _returned, null);
        while (next is { } loan)
        {
            next = loan.Next;
            if (_readyBytes + Weight(loan) > _limit)
            {
                // Full of sizes that are not asked for: begin again with those that are.
                Array.Clear(_ready);
                _readyBytes = 0;
            }

            ref var ready = ref _ready[SizeOf(loan.Buffer.Length)];
            loan.Next = ready;
            ready = loan;
            _readyBytes += Weight(loan);
        }
    }

    private static int Weight(MessageLoan loan) => loan.Buffer.Length + ObjectBytes;

    private static int SizeOf(int length) =>
        length <= Smallest ? 0 : BitOperations.Log2((uint)(length - 1)) - BitOperations.Log2(Smallest) + 1;
}
