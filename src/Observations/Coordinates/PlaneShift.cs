namespace MeetNet.Observations.Coordinates;

/// <summary>What is added to plane coordinates by Helmert parameters of a whole country, to be nearer to its official grid in the border region.</summary>
/// <param name="Id">Name on the wire, of the parameters and the shift together.</param>
/// <param name="X">Metres.</param>
/// <param name="Y">Metres.</param>
/// <param name="Accuracy">Metres, of both together.</param>
internal sealed record PlaneShift(string Id, double X, double Y, double Accuracy)
{
    /// <summary>
    /// After EPSG 15928: the mean of what the grid bd72lb72_etrs89lb08 says more at ten places along the border. Without it these are 0.056 to 0.299 m off, with it 0.193 m at most; each of them by
    /// the mean of the other nine, 0.214 m at most.
    /// </summary>
    public static readonly PlaneShift BorderOf15928 = new("helmert-15928-border", -0.062, -0.088, 0.25);
}
