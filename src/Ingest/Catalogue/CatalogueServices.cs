namespace MeetNet.Ingest.Catalogue;

internal static class CatalogueServices
{
    public static IServiceCollection AddCatalogue(this IServiceCollection services, IngestOptions options) =>
        services.AddProjection(_ => new CatalogueProjection(options.DataFile("catalogue.db")));
}
